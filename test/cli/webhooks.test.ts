import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { WebhookEndpointWorld } from '../http/webhook-receiver.ts'
import { CliFolder, runHere } from './cli-process.ts'

suite('countersign webhooks', () => {
  const cli = new CliFolder({ COUNTERSIGN_DELIVERY_NETWORKS: '127.0.0.0/8' })
  after(() => cli[Symbol.dispose]())

  test('[F02] [F03] an endpoint is made, tried, rotated, looked at, paused and removed on the command line', async () => {
    const run = (words: readonly string[]) => runHere(words, cli.environment)
    await using receiver = await WebhookEndpointWorld.open()
    const made = await run(['webhooks', 'create', receiver.url, '--event', 'user.created', '--json'])
    assert.equal(made.code, 0, made.err)
    const { webhook_endpoint: endpoint, secret } = JSON.parse(made.out) as { webhook_endpoint: { id: string }; secret: string }
    const { id } = endpoint
    receiver.verifyWith(secret)
    const tried = await run(['webhooks', 'test', id])
    assert.equal(tried.out.trim(), 'Delivered. The answer was 204.', tried.err)
    await receiver.until(() => receiver.taken.length === 1, 'the verified test')
    receiver.answering = (response) => void response.writeHead(500).end()
    assert.equal((await run(['webhooks', 'test', id])).out.trim(), 'Not delivered. The answer was 500.')
    const list = await run(['webhooks', 'list'])
    assert.match(list.out, new RegExp(`${id}\\s+${receiver.url}\\s+user.created\\s+v1\\s+enabled`))
    const rotated = await run(['webhooks', 'rotate', id, '--overlap', '60'])
    assert.match(rotated.out, /^whsec_/)
    assert.ok(rotated.err.includes(id) && !rotated.err.includes('whsec_'))
    assert.equal((await run(['webhooks', 'deliveries', '--endpoint', id])).out.trim(), 'No deliveries.')
    assert.match((await run(['webhooks', 'replay', '--endpoint', id])).out, /^0 will be sent again/)
    assert.match((await run(['webhooks', 'pause', id])).out, /is paused/)
    assert.match((await run(['webhooks', 'remove', id])).out, /Removed whe_/)
    assert.equal((await run(['webhooks', 'test', id])).code, 1)
  })

  test('[F02] a wrong call says what was meant', async () => {
    for (const words of [
      ['webhooks', 'create'],
      ['webhooks', 'test'],
      ['webhooks', 'unknown'],
    ]) {
      const { code, err } = await runHere(words)
      assert.equal(code, 2, err)
    }
  })
})
