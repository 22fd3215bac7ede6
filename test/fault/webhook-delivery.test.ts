// A server that dies in the middle of delivering webhooks: what it had acknowledged is told, at least once, each event always by the same id.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { WebhookEndpointWorld } from '../http/webhook-receiver.ts'
import { CrashingServer } from './crashing-server.ts'

const password = 'a-long-walk-on-the-beach'
/** `WEBHOOK_KILLS=50` for the whole proof. */
const kills = Number(process.env['WEBHOOK_KILLS'] ?? 3)
const parallel = 8

suite('a server killed with SIGKILL while it delivers webhooks', () => {
  let server: CrashingServer
  let receiver: WebhookEndpointWorld
  before(async () => {
    server = await CrashingServer.start({ COUNTERSIGN_DELIVERY_NETWORKS: '127.0.0.0/8' })
    receiver = await WebhookEndpointWorld.open()
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

  test('[F03] [F04] [I20] every acknowledged event arrives, each always with the same id and content, and our receiver takes each once', async (context) => {
    const made = await server.send('POST', '/v1/webhook-endpoints', { token: await administrator(), body: { url: receiver.url } })
    assert.equal(made.status, 201)
    receiver.verifyWith(String(made.body['secret']))

    const revoked: string[] = []
    const created: string[] = []
    for (let kill = 0; kill < kills; kill++) {
      const token = await administrator()
      let left = kill % parallel
      const killing = new Promise<void>((resolve) => {
        // The first of the round are taken; the next one is in the hands of a server that dies, answered or not.
        receiver.deciding = (response) => {
          if (left-- > 0) return false
          if (kill % 2 === 0) response.writeHead(503).end()
          resolve()
          return true
        }
      })
      const revocations = Array.from({ length: parallel }, async (_, n) => {
        const id = `jti_${kill}_${n}`
        if ((await server.send('POST', '/v1/revocations', { token, body: { target: { kind: 'token', id } } })).status === 201)
          revoked.push(id)
      })
      const people = Array.from({ length: 2 }, async (_, n) => {
        const email = `person${kill}.${n}@crash.example`
        const { status, body } = await server.send('POST', '/v1/users', { token, body: { email, password } })
        if (status === 201) created.push(String((body['user'] as { id?: unknown } | undefined)?.id ?? body['id']))
      })
      await killing
      const settled = Promise.allSettled([...revocations, ...people])
      receiver.deciding = undefined
      await server.crash()
      await settled
    }

    const told = (): ReadonlySet<string> => new Set(receiver.taken.map(({ data }) => String(data.token ?? data.user)))
    await receiver.until(() => [...revoked, ...created].every((id) => told().has(id)), 'all that was acknowledged', 60_000)
    const contents = new Map<string, string>()
    for (const { event, body, headers } of receiver.arrived) {
      assert.equal(headers['webhook-id'], event.id)
      assert.equal(contents.get(event.id) ?? body, body, 'an id stands for one content')
      contents.set(event.id, body)
    }
    const taken = receiver.taken.map(({ id }) => id)
    assert.equal(new Set(taken).size, taken.length, 'a duplicate was taken')
    const tokens = receiver.taken.flatMap(({ type, data }) => (type === 'token.revoked' ? [String(data.token)] : []))
    assert.equal(new Set(tokens).size, tokens.length, 'one revocation was told under two ids')
    context.diagnostic(
      `${kills} kills: ${revoked.length} revocations and ${created.length} accounts acknowledged, ${receiver.arrived.length} requests, ${taken.length} events taken`,
    )
  })
})
