import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { askingFor, blocksOf, calling, GuideFolder, node } from './guide-program.ts'
import { SignedWorld } from './signed-world.ts'

const GUIDE = 'sign-from-browser.md'

suite('the guide to signing from a browser and from Node', () => {
  let world: SignedWorld
  before(async () => {
    world = await SignedWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  /** A guide's program, run against the service, and against the server for whose sake it has the key. */
  async function runs(name: string, block: string): Promise<void> {
    using folder = new GuideFolder(await world.key())
    const { code, output } = await folder.run(name, calling(block, world.origin), node)
    assert.equal(code, 0, output)
    const visits = await world.requireEntered(2)
    assert.deepEqual(
      visits.map(({ method, body }) => [method, body.replace(/\d+|\s/g, '')]),
      [
        ['GET', ''],
        ['POST', '{"order":}'],
      ],
    )
    const before = world.asked.length
    await folder.run(name, calling(askingFor(block, '/v1/me'), world.server.url), node)
    assert.ok(world.asked.slice(before).includes('getMe 200'), world.asked.slice(before).join('\n'))
  }

  test('[A22] its first program signs what the service and the server’s own API take, once', () =>
    runs('first.ts', blocksOf(GUIDE, 'ts')[0] ?? ''))

  for (const [client, row] of [
    ['@smithy/signature-v4', 'A05'],
    ["'aws4'", 'A05'],
    ['aws4fetch', 'A05'],
    ['http-message-signatures', 'A07'],
  ] as const) {
    test(`[${row}] its program with ${client} signs what the service and the server’s own API take, once`, () =>
      runs('program.mjs', blocksOf(GUIDE, 'js').find((block) => block.includes(client)) ?? assert.fail('not in the guide')))
  }
})
