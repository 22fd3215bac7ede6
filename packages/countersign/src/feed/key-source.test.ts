import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateSigningKey, type SigningKey } from '../key/index.ts'
import { ISSUER } from '../revocation/contract/signed-log.ts'
import type { LogEntry } from '../revocation/index.ts'
import { OpenBody, ScriptedIssuer, type ScriptedRequest, until } from './contract/scripted-issuer.ts'
import { createIssuerKeys, type IssuerKeys } from './key-source.ts'

const [first, second, feedKey] = [generateSigningKey('ES256'), generateSigningKey('ES256'), generateSigningKey('ES256')]

interface World {
  readonly issuer: ScriptedIssuer
  readonly keys: IssuerKeys
  published: SigningKey[]
  document: Record<string, unknown>
  append(kind: LogEntry['kind'], target?: 'key' | 'issuer', id?: string): void
}

function open(): World {
  const issuer = new ScriptedIssuer((request) => answer(request))
  const keys = createIssuerKeys({ issuer: ISSUER, algorithms: ['ES256'], platform: issuer.platform })
  const listeners: ((entry: LogEntry) => void)[] = []
  keys.follow({ onEntry: (listener) => (listeners.push(listener), () => undefined) })
  const world: World = {
    issuer,
    keys,
    published: [first],
    document: {
      issuer: ISSUER,
      jwks_uri: `${ISSUER}/jwks`,
      feed_uri: `${ISSUER}/feed`,
      feed_snapshot_uri: `${ISSUER}/snapshot`,
      feed_keys: { keys: [feedKey.publicJwk] },
      access_token_algorithms: ['ES256'],
    },
    append(kind, target = 'issuer', id = '') {
      const entry = issuer.log.append(kind, target, id)
      for (const listener of listeners) listener(entry)
    },
  }
  const answer = ({ url }: ScriptedRequest): Response => {
    if (url.pathname === '/jwks') return Response.json({ keys: world.published.map(({ publicJwk }) => publicJwk) })
    return Response.json(world.document)
  }
  return world
}

/** How often the issuer was asked: each load is two requests, discovery first. */
const loads = ({ issuer }: World): number => issuer.paths().filter((path) => path === '/.well-known/countersign').length

test('it reads discovery and keys, without following redirects', async () => {
  const { keys, issuer } = open()
  await keys.load()
  assert.equal(keys.accessTokenKeys().find(first.kid)?.kid, first.kid)
  assert.equal(keys.accessTokenKeys().find(feedKey.kid), undefined)
  assert.equal(keys.feedKeys().find(feedKey.kid)?.kid, feedKey.kid)
  assert.equal(keys.feedKeys().find(first.kid), undefined)
  assert.equal(keys.discovery?.feedUrl, `${ISSUER}/feed`)
  assert.deepEqual(issuer.paths(), ['/.well-known/countersign', '/jwks'])
  for (const { redirect, headers } of issuer.requests) assert.deepEqual([redirect, headers.has('authorization')], ['error', false])
})

test('[I13] a flood of unknown keys asks the issuer once per cool-down, and all wait for that answer', async () => {
  const world = open()
  const { keys, issuer } = world
  await keys.load()
  issuer.clock.advance(1000)
  world.published = [first, second]
  const answers = await Promise.all(Array.from({ length: 100 }, () => keys.lookUp(second.kid)))
  assert.deepEqual(new Set(answers), new Set(['found']))
  assert.equal(loads(world), 2)
  for (let step = 0; step < 10; step++) {
    issuer.clock.advance(99)
    assert.equal(await keys.lookUp(`made-up-${step}`), 'unknown', 'nobody can tell whether it is a new key')
  }
  assert.equal(loads(world), 2)
  issuer.clock.advance(10)
  assert.equal(await keys.lookUp('made-up'), 'absent')
  assert.equal(loads(world), 3)
  assert.equal(await keys.lookUp('made-up'), 'absent', 'it was asked for and is not published')
  assert.equal(loads(world), 3)
})

test('[I09] keys that the log announces are read at once, whatever the cool-down, and an unknown key waits for them', async () => {
  const world = open()
  await world.keys.load()
  world.published = [first, second]
  world.append('keyset')
  assert.equal(await world.keys.lookUp(second.kid), 'found')
  assert.ok(world.keys.accessTokenKeys().find(second.kid))
  assert.equal(loads(world), 2)
})

test('[I09] an announcement while the issuer is being asked makes us ask once more', async () => {
  const world = open()
  const loading = world.keys.load()
  for (let entry = 0; entry < 5; entry++) world.append('keyset')
  world.published = [second]
  await loading
  assert.equal(await world.keys.lookUp(second.kid), 'found')
  assert.equal(loads(world), 2)
  assert.ok(world.keys.accessTokenKeys().find(second.kid))
})

test('the same keys stay the same object', async () => {
  const { keys } = open()
  await keys.load()
  const before = keys.accessTokenKeys()
  await keys.load()
  assert.equal(keys.accessTokenKeys(), before)
})

test('[I09] a revoked key is dropped at once and for good, also from a set that was handed out before', async () => {
  const world = open()
  world.published = [first, second]
  await world.keys.load()
  const handedOut = world.keys.accessTokenKeys()
  world.append('cutoff', 'key', first.kid)
  world.append('cutoff', 'key', feedKey.kid)
  assert.equal(handedOut.find(first.kid), undefined)
  assert.notEqual(world.keys.accessTokenKeys(), handedOut)
  assert.equal(world.keys.accessTokenKeys().size, 1)
  assert.equal(world.keys.feedKeys().size, 0)
  assert.equal(await world.keys.lookUp(first.kid), 'revoked')
  world.published = [first]
  await world.keys.load()
  assert.equal(world.keys.accessTokenKeys().find(first.kid), undefined)
  assert.equal(world.keys.feedKeys().find(feedKey.kid), undefined)
})

const failures: readonly [name: string, fail: (world: World) => void, reason: RegExp][] = [
  ['an answer of 503', ({ issuer }) => void (issuer.respond = () => new Response(null, { status: 503 })), /HTTP 503/],
  ['no connection', ({ issuer }) => void (issuer.respond = () => Promise.reject(new TypeError('fetch failed'))), /fetch failed/],
  ['no JSON', ({ issuer }) => void (issuer.respond = () => new Response('<p>')), /could not be read/],
  ['a member twice', ({ issuer }) => void (issuer.respond = () => new Response('{"issuer":"a","issuer":"b"}')), /duplicate/],
  ['a list', ({ issuer }) => void (issuer.respond = () => Response.json([])), /no object/],
  ['more than 1 MB', ({ issuer }) => void (issuer.respond = () => new Response('"'.padEnd(2 ** 20 + 1))), /longer than/],
  ['another issuer', ({ document }) => void (document.issuer = `${ISSUER}/`), /another issuer/],
  ['keys elsewhere', ({ document }) => void (document.jwks_uri = 'https://other.example/jwks'), /another origin/],
  ['a feed elsewhere', ({ document }) => void (document.feed_uri = 'http://issuer.example/feed'), /another origin/],
  ['a snapshot nowhere', ({ document }) => void delete document.feed_snapshot_uri, /no usable feed_snapshot_uri/],
  ['a password in an address', ({ document }) => void (document.feed_uri = 'https://a:b@issuer.example/'), /holds a credential/],
  ['no algorithms', ({ document }) => void delete document.access_token_algorithms, /access_token_algorithms/],
  ['other algorithms', ({ document }) => void (document.access_token_algorithms = ['RS256']), /none of the configured algorithms/],
  ['no feed keys', ({ document }) => void delete document.feed_keys, /feed_keys/],
  ['one key twice', (world) => void (world.published = [first, first]), /same kid/],
]
for (const [name, fail, reason] of failures) {
  test(`[I11] discovery with ${name} is refused with a reason, and the old keys stay in use`, async () => {
    const world = open()
    await world.keys.load()
    const before = world.keys.accessTokenKeys()
    fail(world)
    await assert.rejects(world.keys.load(), reason)
    world.issuer.clock.advance(1000)
    assert.equal(await world.keys.lookUp(second.kid), 'unknown')
    assert.equal(world.keys.accessTokenKeys(), before)
    assert.ok(before.find(first.kid))
  })
}

test('an issuer that does not answer, or not to the end, is given up after 5 s', async () => {
  const world = open()
  const unfinished = new OpenBody({})
  for (const respond of [() => new Promise<Response>(() => undefined), () => unfinished.response]) {
    world.issuer.respond = respond
    const asked = world.issuer.requests.length
    const loading = assert.rejects(world.keys.load(), /no answer for 5000 ms/)
    await until(() => world.issuer.requests.length === asked + 1, 'the request')
    world.issuer.clock.advance(5000)
    await loading
  }
})
