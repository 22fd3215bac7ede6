// A service with signed routes as a process of its own: it shares the memory of what was used with others in Redis.
import { createVerifier } from 'countersign'
import { systemClock } from 'countersign/core'
import { RedisReplayStore } from 'countersign/replay'
import { createClient } from 'redis'
import { patientPlatform } from './patience.ts'
import { signedMounts } from './signed-mount.ts'

const { ISSUER: issuer = '', CREDENTIAL: credential = '', REDIS: url = '' } = process.env
const client = createClient({ url })
client.on('error', () => undefined)
await client.connect()
const verifier = createVerifier({
  issuer,
  audience: issuer,
  credential,
  origin: 'https://api.example',
  platform: patientPlatform,
  signedRequests: { replay: new RedisReplayStore({ client, clock: systemClock }) },
})
await verifier.ready()
const mount = signedMounts['Express']
if (mount === undefined) throw new Error('there is no such framework')
const { port } = await mount(verifier, () => undefined)
process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`)
