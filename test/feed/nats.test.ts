import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type NatsServer, startNats } from '../service/nats.ts'
import { natsWire } from './broker-wire.ts'
import { feedContract } from './contract.ts'
import { isRevoked, Scene } from './scene.ts'

let server: NatsServer

before(async () => {
  server = await startNats()
})
after(() => server[Symbol.asyncDispose]())

feedContract('NATS JetStream', () => natsWire(server), { loss: true, moment: true, silence: true })

test('[I07] F22: a stream that was purged is a gap like any other', async () => {
  const wire = await natsWire(server)
  await using scene = new Scene(wire)
  const reader = await scene.reader()
  await scene.revoke('before')
  await scene.caughtUp(reader)
  reader.feed.close()
  await scene.revoke('purged')
  await server.purgeStream(wire.stream)
  const again = await scene.reader()
  await scene.revoke('afterwards')
  await scene.until(() => isRevoked(again, 'afterwards'), 'the reader follows')
  assert.equal(isRevoked(again, 'purged'), true)
})
