import { feedContract } from './contract.ts'
import { inProcessWire, sseWire } from './direct-wire.ts'

feedContract('one process', () => Promise.resolve(inProcessWire()))
feedContract('server-sent events', sseWire, { loss: true })
