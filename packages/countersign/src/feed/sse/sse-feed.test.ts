import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { systemPlatform } from '../../core/index.ts'
import { ISSUER, SignedLog, tokenFacts } from '../../revocation/contract/signed-log.ts'
import { Replica } from '../../revocation/index.ts'
import { eventOf, OpenBody, ScriptedIssuer, type ScriptedRequest, until } from '../contract/scripted-issuer.ts'
import type { Feed } from '../feed.ts'
import { createSseFeed } from './sse-feed.ts'

const CREDENTIAL = 'cs_svc_test'

interface World {
  readonly issuer: ScriptedIssuer
  readonly replica: Replica
  readonly feed: Feed
  readonly streams: OpenBody[]
  readonly troubles: string[]
  readonly unknownKeys: string[]
}

/** Answers snapshots from the log and streams with open bodies, unless the test puts something in front of it. */
function open(intercept: (request: ScriptedRequest) => Response | undefined = () => undefined): World {
  const streams: OpenBody[] = []
  const issuer = new ScriptedIssuer((request) => {
    const intercepted = intercept(request)
    if (intercepted !== undefined) return intercepted
    if (request.url.pathname === '/snapshot') return new Response(issuer.log.snapshot(), { headers: { 'content-type': 'application/jwt' } })
    const stream = new OpenBody(undefined, request.signal)
    streams.push(stream)
    return stream.response
  })
  const { clock, platform, log } = issuer
  const replica = new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'] })
  const feed = createSseFeed({ feedUrl: `${ISSUER}/feed?x=1`, snapshotUrl: `${ISSUER}/snapshot`, credential: CREDENTIAL, platform })
  return { issuer, replica, feed, streams, troubles: [], unknownKeys: [] }
}

async function start(world: World): Promise<World> {
  world.feed.start(world.replica, {
    unknownKey: (kid) => world.unknownKeys.push(kid),
    trouble: (reason) => world.troubles.push(reason),
  })
  await until(() => world.streams.length > 0 || world.troubles.length > 0, 'the first stream or trouble')
  return world
}

test('it loads a snapshot, follows from its position and presents the credential only in its header', async () => {
  const world = open()
  world.issuer.log.revoke('user', 'a')
  await start(world)
  assert.deepEqual(world.issuer.paths(), ['/snapshot', '/feed?x=1&after=1'])
  for (const { headers, redirect } of world.issuer.requests) {
    assert.equal(headers.get('authorization'), `Bearer ${CREDENTIAL}`)
    assert.equal(redirect, 'error')
  }
  assert.equal(world.replica.freshness().state, 'fresh')
  world.feed.close()
})

test('messages reach the replica however the bytes are cut', async () => {
  const world = await start(open())
  const { log, clock } = world.issuer
  log.revoke('user', 'a')
  clock.advance(1000)
  const text = eventOf('entries', log.batch(0), 1) + eventOf('heartbeat', log.heartbeat(), 1)
  for (const character of text) world.streams[0]?.write(character)
  await until(() => world.replica.position === 1 && world.replica.freshness().ageMs === 0, 'the entry and the heartbeat')
  assert.equal(world.replica.isRevoked(tokenFacts({ user: 'a' })), true)
  world.feed.close()
})

test('a stream that ends is opened again from where the replica is, without a snapshot', async () => {
  const world = await start(open())
  const { log, clock } = world.issuer
  log.revoke('user', 'a')
  world.streams[0]?.write(eventOf('entries', log.batch(0), 1))
  await until(() => world.replica.position === 1, 'the entry')
  world.streams[0]?.end()
  await until(() => world.troubles.length === 1, 'the end noticed')
  clock.advance(100)
  await until(() => world.streams.length === 2, 'the second stream')
  assert.deepEqual(world.issuer.paths(), ['/snapshot', '/feed?x=1&after=0', '/feed?x=1&after=1'])
  world.feed.close()
})

test('a stream that is silent for 3.5 s is given up', async () => {
  const world = await start(open())
  world.issuer.clock.advance(3499)
  await until(() => true, 'nothing')
  assert.deepEqual(world.troubles, [])
  world.issuer.clock.advance(1)
  await until(() => world.troubles.length === 1, 'the silence noticed')
  assert.match(world.troubles[0] ?? '', /3500 ms/)
  assert.equal(world.streams[0]?.isCancelled, true)
  world.feed.close()
})

test('a stream with a message a second is kept', async () => {
  const world = await start(open())
  for (let second = 1; second <= 10; second++) {
    world.issuer.clock.advance(1000)
    world.streams[0]?.write(eventOf('heartbeat', world.issuer.log.heartbeat(), 0))
    await until(() => world.replica.freshness().ageMs === 0, `heartbeat ${second}`)
  }
  assert.deepEqual(world.troubles, [])
  assert.equal(world.streams.length, 1)
  world.feed.close()
})

const withGap = (log: SignedLog): string => {
  log.revoke('user', 'a')
  log.revoke('user', 'b')
  return log.batch(1)
}
const withFork = (log: SignedLog): string => log.heartbeat(undefined, { position: 0, hash: 'B'.repeat(43) })

test('[I07] a gap makes it load a snapshot and follow from there', async () => {
  const world = await start(open())
  world.streams[0]?.write(eventOf('entries', withGap(world.issuer.log), 2))
  await until(() => world.troubles.length === 1, 'the gap noticed')
  world.issuer.clock.advance(100)
  await until(() => world.streams.length === 2, 'the second stream')
  assert.deepEqual(world.issuer.paths().slice(2), ['/snapshot', '/feed?x=1&after=2'])
  assert.equal(world.replica.isRevoked(tokenFacts({ user: 'a' })), true)
  world.feed.close()
})

test('[I07] another history makes it ask for snapshots until one is ahead', async () => {
  const world = await start(open())
  world.streams[0]?.write(eventOf('heartbeat', withFork(world.issuer.log), 0))
  await until(() => world.troubles.length === 1, 'the fork noticed')
  world.issuer.clock.advance(100)
  await until(() => world.troubles.length === 2, 'the snapshot refused')
  assert.match(world.troubles[1] ?? '', /not accepted \(fork\)/)
  assert.equal(world.replica.freshness().state, 'stale')
  world.issuer.log.revoke('user', 'a')
  world.issuer.clock.advance(5000)
  await until(() => world.streams.length === 2, 'the second stream')
  assert.equal(world.replica.freshness().state, 'fresh')
  world.feed.close()
})

test('410 makes it load a snapshot', async () => {
  let isGone = true
  const world = await start(open(({ url }) => (isGone && url.pathname === '/feed' ? new Response(null, { status: 410 }) : undefined)))
  isGone = false
  world.issuer.clock.advance(100)
  await until(() => world.streams.length === 1, 'the stream')
  assert.deepEqual(world.issuer.paths(), ['/snapshot', '/feed?x=1&after=0', '/snapshot', '/feed?x=1&after=0'])
  world.feed.close()
})

test('a refused credential is reported, without its text, and tried again slowly', async () => {
  const world = await start(open(() => new Response(null, { status: 401 })))
  assert.match(world.troubles[0] ?? '', /refuses the service credential/)
  assert.ok(!JSON.stringify(world.troubles).includes(CREDENTIAL))
  world.issuer.clock.advance(4999)
  await until(() => true, 'nothing')
  assert.equal(world.issuer.requests.length, 1)
  world.issuer.clock.advance(1)
  await until(() => world.troubles.length === 2, 'the second try')
  world.feed.close()
})

test('[I21] the pauses double from 100 ms to 5 s, and a message that counts resets them', async () => {
  let isDown = true
  const world = await start(open(() => (isDown ? new Response(null, { status: 503 }) : undefined)))
  const { clock, log } = world.issuer
  for (const [tried, pauseMs] of [100, 200, 400, 800, 1600, 3200, 5000, 5000].entries()) {
    clock.advance(pauseMs - 1)
    await until(() => true, 'nothing')
    assert.equal(world.troubles.length, tried + 1)
    clock.advance(1)
    await until(() => world.troubles.length === tried + 2, `try ${tried + 2}`)
  }
  isDown = false
  clock.advance(5000)
  await until(() => world.streams.length === 1, 'the stream')
  clock.advance(1)
  world.streams[0]?.write(eventOf('heartbeat', log.heartbeat(), 0))
  await until(() => world.replica.freshness().ageMs === 0, 'the heartbeat')
  const before = world.troubles.length
  world.streams[0]?.end()
  await until(() => world.troubles.length > before, 'the end noticed')
  clock.advance(100)
  await until(() => world.streams.length === 2, 'the second stream')
  world.feed.close()
})

const useless: readonly [name: string, respond: (request: ScriptedRequest) => Response | undefined, reason: RegExp][] = [
  ['no event stream', ({ url }) => (url.pathname === '/feed' ? new Response('<p>') : undefined), /no event stream/],
  ['a snapshot without a signature', () => new Response('e30.e30.e30'), /not accepted \(ignored\)/],
]
for (const [name, respond, reason] of useless) {
  test(`an answer with ${name} is reported and tried again`, async () => {
    const world = await start(open(respond))
    assert.match(world.troubles[0] ?? '', reason)
    world.feed.close()
  })
}

test('an answer that never comes is given up', async () => {
  const world = open()
  world.issuer.respond = () => new Promise<Response>(() => undefined)
  world.feed.start(world.replica, { unknownKey: () => undefined, trouble: (reason) => world.troubles.push(reason) })
  await until(() => world.issuer.requests.length === 1, 'the request')
  world.issuer.clock.advance(30_000)
  await until(() => world.troubles.length === 1, 'the time-out')
  world.feed.close()
})

test('a snapshot beyond the size bound is not read to its end', async () => {
  const { issuer, replica } = open()
  const body = new OpenBody({})
  issuer.respond = () => body.response
  const troubles: string[] = []
  const urls = { feedUrl: `${ISSUER}/feed`, snapshotUrl: `${ISSUER}/snapshot` }
  const feed = createSseFeed({ ...urls, credential: CREDENTIAL, platform: issuer.platform, maxSnapshotBytes: 10 })
  feed.start(replica, { unknownKey: () => undefined, trouble: (reason) => troubles.push(reason) })
  body.write('12345678901')
  await until(() => troubles.length === 1, 'the size noticed')
  assert.match(troubles[0] ?? '', /longer than 10 bytes/)
  assert.equal(body.isCancelled, true)
  feed.close()
})

test('a message by an unknown feed key is reported with its kid', async () => {
  const world = await start(open())
  const successor = new SignedLog(world.issuer.clock)
  world.streams[0]?.write(eventOf('heartbeat', successor.heartbeat(), 0))
  await until(() => world.unknownKeys.length === 1, 'the unknown key')
  assert.deepEqual(world.unknownKeys, [successor.key.kid])
  world.feed.close()
})

test('after close nothing is asked any more', async () => {
  const world = await start(open())
  world.feed.close()
  await until(() => world.streams[0]?.isCancelled === true, 'the stream let go of')
  world.issuer.clock.advance(60_000)
  await until(() => true, 'nothing')
  assert.equal(world.issuer.requests.length, 2)
  assert.deepEqual(world.troubles, [])
})

test('a credential or an address that cannot be used is refused at once, without repeating it', () => {
  const options = { feedUrl: `${ISSUER}/feed`, snapshotUrl: `${ISSUER}/snapshot`, credential: CREDENTIAL, platform: systemPlatform }
  assert.throws(
    () => createSseFeed({ ...options, credential: 'cs_svc_x\r\nx: y' }),
    (error) => error instanceof RangeError && !error.message.includes('cs_svc_x'),
  )
  assert.throws(() => createSseFeed({ ...options, feedUrl: '/feed' }), RangeError)
})

test('over a real socket a revocation arrives, and after the server was away the rest', async () => {
  const log = new SignedLog(systemPlatform.clock)
  log.revoke('user', 'a')
  const streams: { write(text: string): unknown; destroy(): unknown }[] = []
  const server = createServer((request, response) => {
    if (request.url === '/snapshot') return void response.setHeader('content-type', 'application/jwt').end(log.snapshot())
    const after = Number(new URL(request.url ?? '', 'http://x').searchParams.get('after'))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(eventOf('entries', log.batch(after), log.head.position))
    streams.push(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const replica = new Replica({ issuer: ISSUER, clock: systemPlatform.clock, keys: () => log.keys, algorithms: ['ES256'] })
  const urls = { feedUrl: `${origin}/feed`, snapshotUrl: `${origin}/snapshot` }
  const feed = createSseFeed({ ...urls, credential: CREDENTIAL, platform: systemPlatform })
  try {
    feed.start(replica, { unknownKey: () => undefined })
    assert.equal(await replica.waitFor(1, 5000), true)
    while (streams.length === 0) await new Promise((resolve) => setImmediate(resolve))
    log.revoke('user', 'b')
    streams[0]?.write(eventOf('entries', log.batch(1), 2))
    assert.equal(await replica.waitFor(2, 5000), true)
    log.revoke('user', 'c')
    streams[0]?.destroy()
    assert.equal(await replica.waitFor(3, 5000), true)
    assert.equal(replica.isRevoked(tokenFacts({ user: 'c' })), true)
  } finally {
    feed.close()
    replica.close()
    server.close()
    server.closeAllConnections()
  }
})
