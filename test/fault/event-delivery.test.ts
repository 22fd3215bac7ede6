// A server that dies in the middle of delivering security events: what it had acknowledged is told, at least once, each event always by the same name.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { EventReceiver } from '../http/event-receiver.ts'
import { until } from '../http/patience.ts'
import { CrashingServer } from './crashing-server.ts'

const password = 'a-long-walk-on-the-beach'
const rounds = 5
const parallel = 8

suite('a server killed with SIGKILL while it delivers', () => {
  let server: CrashingServer
  let receiver: EventReceiver
  before(async () => {
    server = await CrashingServer.start({ COUNTERSIGN_DELIVERY_NETWORKS: '127.0.0.0/8' })
    receiver = await EventReceiver.open()
    await server.createAdministrator('admin@crash.example', password)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await receiver.close()
  })

  const administrator = async (): Promise<string> => {
    const { body } = await server.send('POST', '/v1/sessions', { body: { email: 'admin@crash.example', password } })
    return String(body['access_token'])
  }

  test('[B41] [I20] tells every acknowledged event at least once, and each always with the same jti', async () => {
    const { body: service } = await server.send('POST', '/v1/services', { token: await administrator(), body: { name: 'receiver' } })
    const delivery = { method: 'urn:ietf:rfc:8935', endpoint_url: receiver.url }
    const made = await server.send('POST', '/v1/security-event-streams', { token: String(service['credential']), body: { delivery } })
    assert.equal(made.status, 201)

    const acknowledged: string[] = []
    for (let round = 0; round < rounds; round++) {
      const token = await administrator()
      let left = round + 1
      const killing = new Promise<void>((resolve) => {
        // The first of the round are taken; the next one is in the hands of a server that dies.
        receiver.answering = (response) => {
          if (left-- > 1) return void response.writeHead(202).end()
          resolve()
        }
      })
      const revocations = Array.from({ length: parallel }, (_, n) => ({ kind: 'user', id: `usr_${round}_${n}` })).map(async (target) => {
        const { status, body } = await server.send('POST', '/v1/revocations', { token, body: { target } })
        if (status === 201) acknowledged.push(String(body['position']))
      })
      // Something was acknowledged, so that there is something to keep.
      await Promise.all([killing, Promise.race(revocations)])
      const settled = Promise.allSettled(revocations)
      receiver.answering = (response) => void response.writeHead(202).end()
      await server.crash()
      await settled
    }

    const told = (): ReadonlySet<string | undefined> => new Set(receiver.pushed.map(({ claims }) => claims.txn))
    await until('all that was acknowledged is told', () => acknowledged.every((position) => told().has(position)))
    assert.ok(acknowledged.length >= rounds)
    const nameOf = new Map<string | undefined, string>()
    for (const { claims } of receiver.pushed) {
      assert.equal(claims.jti, nameOf.get(claims.txn) ?? claims.jti)
      nameOf.set(claims.txn, claims.jti)
    }
    assert.equal(new Set(nameOf.values()).size, nameOf.size)
    assert.ok(receiver.pushed.length > nameOf.size, 'a kill in the middle of a delivery repeats it')
  })
})
