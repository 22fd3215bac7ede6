import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { AuthError, createVerifier, unsafeAllowHttp, type Verifier, type VerifierOptions } from 'countersign'
import { ManualClock, systemClock, systemPlatform } from 'countersign/core'
import { generateSigningKey, keySet, verificationKey } from 'countersign/key'
import { targetKinds } from 'countersign/revocation'
import { AUDIENCE, FakeIssuer, ISSUER } from './fake-issuer.ts'
import { Chance } from '../simulation/chance.ts'
import { follow, followIssuer } from './guarded-service.ts'
import { patientPlatform } from './patience.ts'

/** What a verifier says of a token: the user, or the code of the refusal. */
async function verdict(verifier: Verifier, token: string): Promise<string> {
  try {
    return (await verifier.authenticate({ authorization: `Bearer ${token}` })).user ?? 'nobody'
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
}

const ids: Readonly<Record<string, readonly string[]>> = {
  client: ['app', 'cli'],
  role: ['staff', 'admin'],
  group: ['grp_north', 'grp_south'],
  user: ['usr_ann', 'usr_bob'],
  session: ['ses_1', 'ses_2'],
}

for (let seed = 1; seed <= 20; seed++) {
  test(`[I18] a verifier that remembers says of every token what one says that does not (seed ${seed})`, async () => {
    const { clock, issuer, verifier: remembering } = await followIssuer({ cacheSize: 64 })
    const forgetful = await follow(issuer, clock, { cacheSize: 1 })
    const chance = new Chance(seed)
    const below = (limit: number): number => chance.below(limit)
    const pick = <T>(items: readonly T[]): T => chance.pick(items) as T
    const tokens: string[] = []
    const issue = (): void => {
      const claims = { sub: pick(['usr_ann', 'usr_bob']), sid: pick(['ses_1', 'ses_2']), client_id: pick(['app', 'cli']) }
      tokens.push(issuer.token({ ...claims, roles: [pick(['staff', 'admin'])], groups: [pick(['grp_north', 'grp_south'])] }))
    }
    const steps: readonly (() => void)[] = [
      issue,
      issue,
      issue,
      () => tokens.push(issuer.token({ exp: Math.floor(clock.now() / 1000) + 1 + below(20) })),
      () => {
        const kind = pick(targetKinds.filter((target) => target !== 'key' && (target !== 'everyone' || below(4) === 0)))
        issuer.revoke(kind, kind === 'token' ? `tok_${1 + below(tokens.length + 1)}` : pick(ids[kind] ?? ['']))
      },
      () => issuer.rotateKey({ announced: below(2) === 0 }),
      () => below(4) === 0 && issuer.retireKeys(),
      () => clock.advance(below(4000)),
      () => clock.stepWall(below(20_000) - 10_000),
      () => {
        issuer.isSilent = below(3) === 0
      },
      () => issuer.heartbeat(),
      () => issuer.heartbeat(),
    ]
    issue()
    const seen = new Set<string>()
    for (let step = 0; step < 150; step++) {
      pick(steps)()
      // Keys that the log has announced are being loaded.
      await new Promise(setImmediate)
      const token = pick(tokens)
      const [remembered, anew] = await Promise.all(
        [verdict(remembering, token), verdict(forgetful, token)].map((answer) => withTime(clock, answer)),
      )
      assert.equal(remembered, anew, `step ${step}`)
      seen.add(anew as string)
    }
    assert.ok(seen.size >= 2, 'the walk saw one verdict only')
    assert.ok(remembering.status().cache.hits > 20)
    remembering.close()
    forgetful.close()
  })
}

/** Lets a verifier that waits for the feed come to its end: the clock is ours, so nobody else moves it. */
async function withTime<T>(clock: ManualClock, answer: Promise<T>): Promise<T> {
  let settled = false
  const done = (): void => {
    settled = true
  }
  answer.then(done, done)
  await new Promise(setImmediate)
  if (!settled) clock.advance(250)
  return answer
}

test('what one verifier has seen is not known to another: not its audience, nor its keys', async () => {
  const { clock, issuer, verifier } = await followIssuer()
  const other = await follow(issuer, clock, { audience: 'https://billing.example' })
  const token = issuer.token()
  assert.equal(await verdict(verifier, token), 'usr_ann')
  assert.equal(await verdict(other, token), 'token_invalid')
  assert.equal(await verdict(verifier, token), 'usr_ann')
})

test('the principal of a token is frozen, and one object for all requests', async () => {
  const { issuer, verifier } = await followIssuer()
  const credentials = { authorization: `Bearer ${issuer.token()}` }
  const principal = await verifier.authenticate(credentials)
  assert.equal(await verifier.authenticate(credentials), principal)
  for (const part of [principal, principal.roles, principal.groups, principal.scope, principal.methods]) assert.ok(Object.isFrozen(part))
})

test('what was found out with a key stays known when other keys come and go, and is found out anew with another key of its name', async () => {
  const { clock, issuer, verifier } = await followIssuer()
  verifier.close()
  const published = issuer.accessTokenKeys()
  let keys = published
  issuer.accessTokenKeys = () => keys
  const following = await follow(issuer, clock)
  const credentials = { authorization: `Bearer ${issuer.token()}` }
  const principal = await following.authenticate(credentials)
  keys = { find: (kid) => published.find(kid), size: 1 }
  assert.equal(await following.authenticate(credentials), principal)
  keys = keySet([verificationKey(issuer.key.publicJwk)])
  const anew = await following.authenticate(credentials)
  assert.notEqual(anew, principal)
  assert.deepEqual(anew, principal)
  keys = keySet([verificationKey({ ...generateSigningKey('ES256').publicJwk, kid: issuer.key.kid })])
  assert.equal(await verdict(following, credentials.authorization.slice('Bearer '.length)), 'token_invalid')
})

test('a client that acts for itself is no user', async () => {
  const { issuer, verifier } = await followIssuer()
  const token = issuer.token({ sub: 'app', client_id: 'app', sid: undefined, auth_time: undefined, amr: undefined, scope: '' })
  const principal = await verifier.authenticate({ authorization: `Bearer ${token}` })
  assert.deepEqual([principal.user, principal.subject, principal.client, principal.scope], [undefined, 'app', 'app', []])
})

test('a token that proves the verifier to be behind waits for the feed, and no longer than 250 ms', async () => {
  const { clock, issuer, verifier } = await followIssuer()
  const old = issuer.token({ sub: 'usr_bob' })
  issuer.isSilent = true
  issuer.revoke('user', 'usr_bob')
  const young = issuer.token()

  const waiting = verdict(verifier, young)
  clock.advance(249)
  issuer.isSilent = false
  issuer.heartbeat()
  assert.equal(await waiting, 'usr_ann')
  assert.equal(await verdict(verifier, old), 'token_revoked')

  issuer.isSilent = true
  issuer.revoke('user', 'usr_bob')
  for (let time = 0; time < 2; time++) {
    const waitingInVain = verdict(verifier, issuer.token())
    clock.advance(250)
    assert.equal(await waitingInVain, 'revocation_unknown')
  }
  assert.equal(await verdict(verifier, young), 'usr_ann')
})

test('a token of an epoch that the verifier has not heard of is not decided', async () => {
  const { clock, issuer, verifier } = await followIssuer()
  const answer = verdict(verifier, issuer.token({ rev: 2 ** 40 + 1 }))
  clock.advance(250)
  assert.equal(await answer, 'revocation_unknown')
})

test('a revocation of a token is heard also while the token waits for the feed', async () => {
  const { issuer, verifier } = await followIssuer()
  issuer.isSilent = true
  issuer.revoke('user', 'usr_bob')
  const waiting = verdict(verifier, issuer.token({ jti: 'tok_bad' }))
  issuer.revoke('token', 'tok_bad')
  issuer.isSilent = false
  issuer.heartbeat()
  assert.equal(await waiting, 'token_revoked')
})

test('a verifier that has never heard from its issuer decides nothing, and says why it is not ready', async () => {
  const clock = new ManualClock(1_900_000_000_000)
  const issuer = new FakeIssuer(clock)
  const platform = { ...systemPlatform, clock, fetch: async () => Promise.reject(new TypeError('fetch failed')) }
  const verifier = createVerifier({ issuer: ISSUER, audience: AUDIENCE, credential: 'cs_svc_x', platform })
  assert.equal(await verdict(verifier, issuer.token()), 'revocation_unknown')
  const ready = verifier.ready()
  await new Promise(setImmediate)
  clock.advance(10_000)
  await assert.rejects(ready, /not ready after 10 s: https:\/\/issuer\.example\/\.well-known\/countersign could not be read/)
  const { state, ageMs, reason } = verifier.status()
  assert.deepEqual([state, ageMs], ['stale', Number.POSITIVE_INFINITY])
  assert.match(reason ?? '', /could not be read/)
  verifier.close()
})

test('a verifier says how fresh it is, and when that changes', async () => {
  const { clock, issuer, verifier } = await followIssuer({ freshness: { freshSeconds: 2, graceSeconds: 10 } })
  const heard: string[] = []
  verifier.onFreshnessChange(({ state }) => heard.push(state))
  assert.deepEqual(verifier.status(), {
    issuer: ISSUER,
    state: 'fresh',
    ageMs: 0,
    position: 0,
    reason: undefined,
    watches: 0,
    cache: { size: 0, hits: 0, misses: 0 },
    decisions: ['fresh', 'grace', 'stale'].map((freshness) => ({ outcome: 'accepted', freshness, count: 0 })),
    reports: { sent: 0, failed: 0 },
  })
  issuer.isSilent = true
  clock.advance(2001)
  clock.advance(8000)
  assert.equal(verifier.status().state, 'stale')
  issuer.isSilent = false
  issuer.heartbeat()
  assert.deepEqual(heard, ['grace', 'stale', 'fresh'])
})

test('a closed verifier goes stale and refuses', async () => {
  const { clock, issuer, verifier } = await followIssuer()
  const token = issuer.token()
  verifier.close()
  issuer.heartbeat()
  clock.advance(60_001)
  assert.equal(await verdict(verifier, token), 'revocation_unknown')
})

test('unknown keys are asked for, but not as often as somebody names them', async () => {
  const { issuer, verifier } = await followIssuer()
  let asked = 0
  const lookUp = issuer.lookUp.bind(issuer)
  issuer.lookUp = (kid) => {
    asked++
    return lookUp(kid)
  }
  const stranger = generateSigningKey('ES256')
  assert.equal(await verdict(verifier, issuer.token({}, stranger)), 'token_invalid')
  assert.equal(asked, 1)
})

test('all mistakes in the options are named at once, and none of their values', () => {
  const options = {
    issuer: 'http://issuer.example',
    audience: '',
    credential: 'not a credential',
    algorithms: ['none'],
    cookie: { name: 'a b' },
    cacheSize: 0,
    freshness: { freshSeconds: 100, graceSeconds: 60 },
    audiences: [],
  }
  assert.throws(
    () => createVerifier(options as unknown as VerifierOptions),
    (error) => {
      assert.ok(error instanceof TypeError)
      for (const name of [
        'issuer',
        'audience',
        'credential',
        'algorithm',
        'cookie.name',
        'cacheSize',
        'freshSeconds',
        'audiences is not an option',
      ]) {
        assert.ok(error.message.includes(name), name)
      }
      assert.equal(error.message.includes('not a credential'), false)
      return true
    },
  )
})

test('a plain http: issuer is accepted on this machine, and elsewhere only by a switch that looks dangerous', () => {
  const platform = { ...systemPlatform, clock: new ManualClock(0), fetch: async () => Promise.reject(new TypeError('fetch failed')) }
  const open = (issuer: string, options: Partial<VerifierOptions> = {}): void =>
    createVerifier({ issuer, audience: AUDIENCE, credential: 'cs_svc_x', platform, ...options }).close()
  for (const issuer of ['http://127.0.0.1:4000', 'http://localhost:4000', 'http://[::1]:4000', 'https://issuer.example/tenant'])
    open(issuer)
  for (const issuer of ['http://10.0.0.1', 'http://127.0.0.1.evil.example', 'ftp://issuer.example', 'https://issuer.example?x', 'issuer']) {
    assert.throws(() => open(issuer), TypeError)
  }
  open('http://10.0.0.1', { [unsafeAllowHttp]: true })
})

test('a verifier finds keys and log of an issuer by its address alone, and hears a revocation over HTTP', async (context) => {
  const { url, issuer, credentials, close } = await serveIssuer()
  const verifier = createVerifier({ issuer: url, audience: AUDIENCE, credential: 'cs_svc_right', platform: patientPlatform })
  context.after(() => {
    verifier.close()
    return close()
  })
  await verifier.ready()
  const token = issuer.token()
  assert.equal(await verdict(verifier, token), 'usr_ann')
  const position = issuer.revoke('user', 'usr_ann')
  // A token that has seen the revocation makes the verifier wait for it.
  assert.equal(await verdict(verifier, issuer.token({ rev: position })), 'usr_ann')
  assert.equal(await verdict(verifier, token), 'token_revoked')
  const before = issuer.key
  issuer.rotateKey({ announced: true })
  // The old key's token makes it wait for the announcement of the new one.
  assert.equal(await verdict(verifier, issuer.token({}, before)), 'usr_ann')
  assert.equal(await verdict(verifier, issuer.token()), 'usr_ann')
  assert.deepEqual([...credentials], ['Bearer cs_svc_right'])
})

/** The issuer's documents and feed on a free port, on the real clock. */
async function serveIssuer() {
  const credentials = new Set<string | undefined>()
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    const json = (document: unknown): void => void response.setHeader('content-type', 'application/json').end(JSON.stringify(document))
    if (pathname === '/.well-known/countersign') {
      return json({
        issuer: url,
        jwks_uri: `${url}/jwks`,
        feed_uri: `${url}/feed`,
        feed_snapshot_uri: `${url}/snapshot`,
        feed_keys: { keys: issuer.publicJwks.feed },
        access_token_algorithms: ['ES256'],
      })
    }
    if (pathname === '/jwks') return json({ keys: issuer.publicJwks.accessToken })
    credentials.add(request.headers.authorization)
    if (pathname === '/snapshot')
      return void response.setHeader('content-type', 'application/jwt').end((await issuer.snapshot().next()).value)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    const cancel = issuer.subscribe(Number(searchParams.get('after')), (message) => void response.write(`data: ${message}\n\n`))
    response.on('close', cancel)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = new FakeIssuer(systemClock, url)
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, issuer, credentials, close }
}
