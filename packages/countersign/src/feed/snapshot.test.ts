import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ISSUER, SignedLog } from '../revocation/contract/signed-log.ts'
import { Replica } from '../revocation/index.ts'
import { OpenBody, ScriptedIssuer, until } from './contract/scripted-issuer.ts'
import { fetchSnapshot, type SnapshotRequest } from './snapshot.ts'
import { createSseFeed } from './sse/sse-feed.ts'

const addresses = { feedUrl: `${ISSUER}/feed`, snapshotUrl: `${ISSUER}/snapshot`, credential: 'cs_svc_test' }

/** The first snapshot is what the test writes; the next ones are whole and right. */
function open() {
  const body = new OpenBody({})
  const streams: OpenBody[] = []
  const issuer = new ScriptedIssuer(({ url, signal }) => {
    if (url.pathname === '/snapshot') return issuer.paths().length === 1 ? body.response : new Response(issuer.log.parts(2).join('\n'))
    streams.push(new OpenBody(undefined, signal))
    return (streams.at(-1) as OpenBody).response
  })
  for (const user of ['a', 'b', 'c', 'd', 'e']) issuer.log.revoke('user', user)
  const { clock, platform, log } = issuer
  const replica = new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'] })
  const feed = createSseFeed({ ...addresses, platform })
  const troubles: string[] = []
  feed.start(replica, { unknownKey: () => undefined, trouble: (reason) => troubles.push(reason) })
  return { body, issuer, replica, feed, troubles, streams, parts: log.parts(2) }
}

test('a snapshot in parts is taken as it comes, however the bytes are cut, and then the stream is followed', async () => {
  const { body, feed, replica, parts, streams, issuer } = open()
  for (const character of `${parts[0]}\n`) body.write(character)
  await until(() => replica.size === 2, 'the first part')
  assert.equal(replica.position, 0)
  for (const character of `${parts[1]}\n${parts[2]}`) body.write(character)
  body.end()
  await until(() => streams.length === 1, 'the stream')
  assert.deepEqual([replica.position, replica.size], [5, 5])
  assert.deepEqual(issuer.paths(), ['/snapshot', '/feed?after=5'])
  feed.close()
})

test('what comes behind the last part is not read', async () => {
  const { body, feed, replica, parts, issuer, streams } = open()
  body.write(`${parts.join('\n')}\n${parts[0]}\n`)
  await until(() => streams.length === 1, 'the stream')
  assert.equal(replica.position, 5)
  assert.equal(issuer.requests[0]?.signal?.aborted, true)
  feed.close()
})

const broken: readonly [name: string, write: (world: ReturnType<typeof open>) => void, reason: RegExp][] = [
  [
    'ends before its last part',
    ({ body, parts }) => {
      body.write(parts.slice(0, 2).join('\n'))
      body.end()
    },
    /ended too early/,
  ],
  [
    'ends within a part',
    ({ body, parts }) => {
      body.write(`${parts[0]}\n${parts[1]?.slice(0, -9)}`)
      body.end()
    },
    /not accepted \(ignored\)/,
  ],
  [
    'has a forged part',
    ({ body, parts, issuer }) => body.write(`${parts[0]}\n${new SignedLog(issuer.clock).heartbeat()}\n`),
    /not accepted/,
  ],
  ['has its parts in another order', ({ body, parts }) => body.write(`${parts[0]}\n${parts[2]}\n${parts[1]}\n`), /not accepted/],
  ['has a part twice', ({ body, parts }) => body.write(`${parts[0]}\n${parts[0]}\n`), /not accepted/],
  ['has an empty line', ({ body, parts }) => body.write(`${parts[0]}\n\n${parts[1]}\n`), /not accepted/],
  ['has a part without end', ({ body }) => body.write('e'.repeat(2 ** 20 + 1)), /longer than 1048576 characters/],
  [
    'stops in the middle',
    ({ body, parts, issuer, replica }) => {
      body.write(`${parts[0]}\n`)
      void until(() => replica.size === 2, 'the first part').then(() => issuer.clock.advance(30_000))
    },
    /no snapshot has come from the issuer for 30000 ms/,
  ],
]
for (const [name, write, reason] of broken) {
  test(`[I07] a snapshot that ${name} synchronises nobody; the next one does`, async () => {
    const world = open()
    const { replica, troubles, issuer } = world
    write(world)
    await until(() => troubles.length === 1, 'the trouble')
    assert.match(troubles[0] ?? '', reason)
    assert.deepEqual([replica.position, replica.freshness().state], [0, 'stale'])
    assert.equal(issuer.requests[0]?.signal?.aborted, true, 'the rest is let go of')
    issuer.clock.advance(100)
    await until(() => replica.position === 5, 'the second snapshot')
    world.feed.close()
  })
}

test('a snapshot may take longer than any part of it', async () => {
  const { body, feed, replica, parts, issuer, troubles } = open()
  for (const [index, part] of parts.entries()) {
    issuer.clock.advance(29_000)
    body.write(`${part}\n`)
    await until(() => replica.size >= Math.min(5, index * 2 + 2), `part ${index}`)
  }
  await until(() => replica.position === 5, 'the last part')
  assert.deepEqual(troubles, [])
  feed.close()
})

test('[I13] after some milliseconds of taking parts, whatever has come, everything else has its turn', async () => {
  const issuer = new ScriptedIssuer(({ url }) =>
    url.pathname === '/snapshot' ? new Response(issuer.log.parts(2).join('\n')) : new OpenBody().response,
  )
  for (const user of ['a', 'b', 'c', 'd', 'e']) issuer.log.revoke('user', user)
  const { clock, log } = issuer
  const replica = new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'] })
  let readings = 0
  // Whoever looks twice finds that a millisecond has passed.
  const slow = {
    now: () => clock.now(),
    monotonicMs: () => (readings += 1),
    after: (delayMs: number, task: () => void) => clock.after(delayMs, task),
  }
  const feed = createSseFeed({ ...addresses, platform: { ...issuer.platform, clock: slow } })
  feed.start(replica, { unknownKey: () => undefined })
  await until(() => replica.size === 4, 'two parts')
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  assert.equal(replica.position, 0)
  clock.advance(0)
  await until(() => replica.position === 5, 'the last part')
  feed.close()
})

test('[I13] no more is fetched than is taken, and nothing beyond the bound', async () => {
  let written = 0
  const body = new ReadableStream<Uint8Array>(
    { pull: (controller) => controller.enqueue(new TextEncoder().encode(`part-${written++}\n`)) },
    { highWaterMark: 0 },
  )
  const issuer = new ScriptedIssuer(() => new Response(body))
  const request: SnapshotRequest = { ...addresses, platform: issuer.platform, maxSnapshotBytes: 70 }
  const parts = fetchSnapshot(request, new AbortController().signal)
  assert.equal((await parts.next()).value, 'part-0')
  assert.ok(written <= 2, `${written} written`)
  const taken: string[] = []
  await assert.rejects(async () => {
    for await (const part of parts) taken.push(part)
  }, /longer than 70 bytes/)
  assert.deepEqual(taken, ['part-1', 'part-2', 'part-3', 'part-4', 'part-5', 'part-6', 'part-7', 'part-8', 'part-9'])
})
