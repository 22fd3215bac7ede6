import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, createVerifier, type ForeignIssuerOptions, type Principal, type Verifier } from 'countersign'
import { generateSigningKey } from 'countersign/key'
import { createDpopProof } from 'countersign/token'
import { ForeignIssuer, SERVICE } from './foreign-issuer.ts'
import { follow, followIssuer } from './guarded-service.ts'
import { patientPlatform, until } from './patience.ts'
import { ServerWorld } from './server-world.ts'

/** Who a token speaks for, or the code of the refusal. */
async function verdict(verifier: Verifier, token: string): Promise<Principal | string> {
  try {
    return await verifier.authenticate({ authorization: `Bearer ${token}` })
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
}

const accepts = async (verifier: Verifier, token: string): Promise<void> => assert.equal(typeof (await verdict(verifier, token)), 'object')

const refuses = async (verifier: Verifier, token: string, code: string): Promise<void> => assert.equal(await verdict(verifier, token), code)

const keycloak = (foreign: ForeignIssuer, more: Partial<ForeignIssuerOptions> = {}): ForeignIssuerOptions => ({
  issuer: foreign.url,
  audience: SERVICE,
  algorithms: [foreign.algorithm],
  tokenType: 'jwt',
  claims: { roles: ['realm_access', 'roles'] },
  ...more,
})

test('[B42] a service accepts the tokens of a configured issuer: found by discovery, under its own names', async () => {
  await using foreign = await ForeignIssuer.open('/realms/staff', 'RS256')
  const { clock, issuer, verifier } = await followIssuer({ issuers: [keycloak(foreign)] })
  const token = await foreign.token(clock.now())
  const principal = await verdict(verifier, token)
  assert.ok(typeof principal === 'object')
  assert.equal(principal.issuer, foreign.url)
  assert.equal(principal.subject, '248289761001')
  assert.equal(principal.user, `${foreign.url}#248289761001`)
  assert.equal(principal.session, `${foreign.url}#a-b-c`)
  assert.equal(principal.client, `${foreign.url}#web`)
  assert.deepEqual(principal.roles, ['staff'])
  assert.deepEqual(principal.scope, ['openid', 'orders:read'])
  await accepts(verifier, issuer.token())
  verifier.close()
})

test('[B42] an issuer gives itself no roles and groups: they are only taken from the claims that were named', async () => {
  await using foreign = await ForeignIssuer.open()
  const { clock, verifier } = await followIssuer({
    issuers: [{ issuer: foreign.url, audience: SERVICE, algorithms: ['ES256'], tokenType: 'jwt' }],
  })
  const principal = await verdict(verifier, await foreign.token(clock.now(), { groups: ['grp_north'] }))
  assert.ok(typeof principal === 'object')
  assert.deepEqual([principal.roles, principal.groups], [[], []])
  verifier.close()
})

test('[D03] a token of another issuer that is bound to a key is accepted with a proof of that key, and not without', async () => {
  await using foreign = await ForeignIssuer.open()
  const { clock, verifier } = await followIssuer({ issuers: [keycloak(foreign)], origin: SERVICE })
  const key = generateSigningKey('ES256')
  const token = await foreign.token(clock.now(), { cnf: { jkt: key.kid } })
  const facts = { method: 'GET', uri: `${SERVICE}/orders`, issuedAt: clock.now() / 1000, accessToken: token }
  const ask = (proof: string | undefined): Promise<Principal> => {
    const values = (name: string) => (name === 'dpop' && proof !== undefined ? [proof] : undefined)
    const unread = { names: () => ['dpop'], body: async () => new Uint8Array(), peer: undefined, encrypted: true, identity: {} }
    return verifier.authenticate({ authorization: `DPoP ${token}`, arrival: { method: 'GET', target: '/orders', values, ...unread } })
  }
  await refuses(verifier, token, 'token_invalid')
  await assert.rejects(ask(undefined), { code: 'proof_invalid' })
  await assert.rejects(ask(createDpopProof(generateSigningKey('ES256'), { ...facts, id: '1' })), { code: 'proof_invalid' })
  const proof = createDpopProof(key, { ...facts, id: '1' })
  assert.equal((await ask(proof)).issuer, foreign.url)
  await assert.rejects(ask(proof), { code: 'request_replayed' })
  verifier.close()
})

type Kill = readonly [
  what: string,
  kind: 'user' | 'session' | 'token' | 'client' | 'issuer' | 'key' | 'everyone' | 'role',
  id: (url: string) => string,
]
const kills: readonly Kill[] = [
  ['a user', 'user', (url) => `${url}#248289761001`],
  ['a session', 'session', (url) => `${url}#a-b-c`],
  ['a token', 'token', (url) => `${url}#trrtcc:1`],
  ['a client', 'client', (url) => `${url}#web`],
  ['the issuer', 'issuer', (url) => url],
  ['everyone', 'everyone', () => ''],
  ['a role', 'role', () => 'staff'],
  ['[B05] a key, whose own issuer still publishes it', 'key', (url) => `${url}#key-1`],
]

for (const [what, kind, id] of kills) {
  test(`[B42] revoking ${what} kills the tokens of another issuer at once, remembered or not`, async () => {
    await using foreign = await ForeignIssuer.open()
    const { clock, issuer, verifier } = await followIssuer({ issuers: [keycloak(foreign)] })
    const other = await follow(issuer, clock, { issuers: [keycloak(foreign)] })
    const token = await foreign.token(clock.now())
    await accepts(verifier, token)
    issuer.revoke(kind, id(foreign.url))
    await refuses(verifier, token, 'token_revoked')
    await refuses(other, token, 'token_revoked')
    // One that starts later learns of it from the snapshot.
    const late = await follow(issuer, clock, { issuers: [keycloak(foreign)] })
    await refuses(late, token, 'token_revoked')
    for (const each of [verifier, other, late]) each.close()
  })
}

test('[B42] [I05] a token issued in the second of the cut-off dies, one issued in the next lives', async () => {
  await using foreign = await ForeignIssuer.open()
  const { clock, issuer, verifier } = await followIssuer({ issuers: [keycloak(foreign)] })
  clock.advance(400)
  issuer.revoke('user', `${foreign.url}#248289761001`)
  await refuses(verifier, await foreign.token(clock.now()), 'token_revoked')
  await refuses(verifier, await foreign.token(clock.now(), { iat: Math.floor(clock.now() / 1000) + 0.9 }), 'token_revoked')
  clock.advance(1000)
  await accepts(verifier, await foreign.token(clock.now()))
  await refuses(verifier, await foreign.token(clock.now() - 2000), 'token_revoked')
  verifier.close()
})

test('[B42] a cut-off of a name that our own users have does not touch the users of another issuer, nor the reverse', async () => {
  await using foreign = await ForeignIssuer.open()
  await using second = await ForeignIssuer.open('/other')
  const { clock, issuer, verifier } = await followIssuer({ issuers: [keycloak(foreign), keycloak(second)] })
  const [theirs, others, ours] = [
    await foreign.token(clock.now(), { sub: 'usr_ann' }),
    await second.token(clock.now(), { sub: 'usr_ann' }),
    issuer.token(),
  ]
  issuer.revoke('user', `${foreign.url}#usr_ann`)
  issuer.revoke('issuer', 'https://elsewhere.example')
  await refuses(verifier, theirs, 'token_revoked')
  await accepts(verifier, others)
  await accepts(verifier, ours)
  issuer.revoke('user', 'usr_ann')
  issuer.revoke('issuer')
  await refuses(verifier, ours, 'token_revoked')
  await accepts(verifier, others)
  verifier.close()
})

test('[B05] a revoked key of another issuer stays dead, however young its tokens and whatever the log has forgotten', async () => {
  await using foreign = await ForeignIssuer.open()
  const { clock, issuer, verifier } = await followIssuer({ issuers: [keycloak(foreign)] })
  await accepts(verifier, await foreign.token(clock.now()))
  issuer.revoke('key', `${foreign.url}#${foreign.kid}`)
  clock.advance(3_700_000)
  issuer.heartbeat()
  issuer.revoke('user', 'usr_somebody')
  await refuses(verifier, await foreign.token(clock.now()), 'token_revoked')
  clock.advance(5000)
  issuer.heartbeat()
  await foreign.rotate()
  await accepts(verifier, await foreign.token(clock.now()))
  verifier.close()
})

const forged: readonly (readonly [what: string, claims: Record<string, unknown>, header: { typ?: string }, code: string])[] = [
  ['of another audience', { aud: 'https://billing.example' }, { typ: 'JWT' }, 'token_invalid'],
  ['that has expired', { exp: 1_899_999_000, iat: 1_899_998_900 }, { typ: 'JWT' }, 'token_expired'],
  ['that lives longer than the log remembers', { exp: 1_900_000_000 + 86_400 }, { typ: 'JWT' }, 'token_invalid'],
  ['that is an ID token', { nonce: 'n' }, { typ: 'JWT' }, 'token_invalid'],
  ['that its issuer calls an ID token', { typ: 'ID' }, { typ: 'JWT' }, 'token_invalid'],
  ['that is a logout token', {}, { typ: 'logout+jwt' }, 'token_invalid'],
  ['with a name that the log cannot hold', { sub: 'x'.repeat(500) }, { typ: 'JWT' }, 'token_invalid'],
  ['without a subject', { sub: undefined }, { typ: 'JWT' }, 'token_invalid'],
  ['without a client', { azp: undefined }, { typ: 'JWT' }, 'token_invalid'],
  ['that is bound to a key', { cnf: { jkt: 'x' } }, { typ: 'JWT' }, 'token_invalid'],
  ['from the future', { iat: 1_900_000_100 }, { typ: 'JWT' }, 'token_invalid'],
]

for (const [what, claims, header, code] of forged) {
  test(`[B42] a token of another issuer ${what} is refused as ${code}`, async () => {
    await using foreign = await ForeignIssuer.open()
    const { clock, verifier } = await followIssuer({ issuers: [keycloak(foreign)] })
    await refuses(verifier, await foreign.token(clock.now(), claims, header), code)
    await accepts(verifier, await foreign.token(clock.now()))
    verifier.close()
  })
}

test('[B42] RFC 9068 is what is asked for, unless plain JWTs are allowed by name; those may lack typ, jti and sid', async () => {
  await using foreign = await ForeignIssuer.open()
  const strict = await followIssuer({ issuers: [keycloak(foreign, { tokenType: 'at+jwt' })] })
  await refuses(strict.verifier, await foreign.token(strict.clock.now()), 'token_invalid')
  await refuses(strict.verifier, await foreign.token(strict.clock.now(), {}, {}), 'token_invalid')
  await accepts(strict.verifier, await foreign.token(strict.clock.now(), { client_id: 'web' }, { typ: 'at+jwt' }))
  const { clock, issuer, verifier } = await followIssuer({ issuers: [keycloak(foreign)] })
  const bare = await foreign.token(clock.now(), { jti: undefined, sid: undefined, typ: undefined }, {})
  const principal = await verdict(verifier, bare)
  assert.ok(typeof principal === 'object')
  assert.match(principal.tokenId, /#sha256:[\w-]{43}$/)
  issuer.revoke('token', principal.tokenId)
  await refuses(verifier, bare, 'token_revoked')
  for (const each of [verifier, strict.verifier]) each.close()
})

test('[I08] a token that claims another issuer is judged by the keys of that issuer alone', async () => {
  await using foreign = await ForeignIssuer.open()
  await using thief = await ForeignIssuer.open()
  const { clock, issuer, verifier } = await followIssuer({ issuers: [keycloak(foreign)] })
  await refuses(verifier, await thief.token(clock.now(), { iss: foreign.url }), 'token_invalid')
  await refuses(verifier, await thief.token(clock.now()), 'token_invalid')
  await refuses(verifier, issuer.token({ iss: foreign.url }), 'token_invalid')
  verifier.close()
})

test('F53: a new key of another issuer is asked for at once, and a flood of unknown keys asks once in a cool-down', async () => {
  await using foreign = await ForeignIssuer.open()
  await using thief = await ForeignIssuer.open()
  const { clock, verifier } = await followIssuer({ issuers: [keycloak(foreign, { jwksUri: foreign.jwksUri })] })
  await accepts(verifier, await foreign.token(clock.now()))
  assert.equal(foreign.asked, 1)
  clock.advance(5000)
  await foreign.rotate()
  await accepts(verifier, await foreign.token(clock.now()))
  assert.equal(foreign.asked, 2)
  await thief.rotate()
  await thief.rotate()
  for (let each = 0; each < 50; each++) await refuses(verifier, await thief.token(clock.now(), { iss: foreign.url }), 'revocation_unknown')
  assert.equal(foreign.asked, 2)
  clock.advance(5000)
  await refuses(verifier, await thief.token(clock.now(), { iss: foreign.url }), 'token_invalid')
  assert.equal(foreign.asked, 3)
  verifier.close()
})

for (const answering of ['error', 'page', 'flood', 'nothing'] as const) {
  test(`F53: keys stay in use until their greatest age when their issuer answers with ${answering}; then nothing is accepted`, async () => {
    await using foreign = await ForeignIssuer.open()
    const { clock, issuer, verifier } = await followIssuer({
      issuers: [keycloak(foreign, { jwksUri: foreign.jwksUri, jwksMaxAgeSeconds: 600 })],
    })
    await accepts(verifier, await foreign.token(clock.now()))
    foreign.answering = answering
    for (let minute = 0; minute < 10; minute++) {
      clock.advance(59_000)
      issuer.heartbeat()
      await accepts(verifier, await foreign.token(clock.now()))
    }
    clock.advance(20_000)
    issuer.heartbeat()
    const refused = verdict(verifier, await foreign.token(clock.now()))
    // Whoever does not answer is given up after five seconds.
    const turning = setInterval(() => clock.advance(answering === 'nothing' ? 500 : 0), 5)
    assert.equal(await refused, 'revocation_unknown')
    clearInterval(turning)
    issuer.heartbeat()
    await accepts(verifier, issuer.token())
    foreign.answering = 'keys'
    clock.advance(5000)
    issuer.heartbeat()
    await accepts(verifier, await foreign.token(clock.now()))
    verifier.close()
  })
}

test('F53: an issuer that names its keys anew each time is asked no more often, and none of its tokens is accepted', async () => {
  await using foreign = await ForeignIssuer.open()
  foreign.answering = 'another kid each time'
  const { clock, verifier } = await followIssuer({ issuers: [keycloak(foreign, { jwksUri: foreign.jwksUri })] })
  for (let each = 0; each < 20; each++) assert.equal(typeof (await verdict(verifier, await foreign.token(clock.now()))), 'string')
  assert.equal(foreign.asked, 1)
  verifier.close()
})

test('[B42] another issuer that is down keeps no verifier from starting, and none of our own tokens from being accepted', async () => {
  await using foreign = await ForeignIssuer.open()
  const options = keycloak(foreign)
  await foreign.close()
  const { issuer, verifier } = await followIssuer({ issuers: [options] })
  await accepts(verifier, issuer.token())
  verifier.close()
})

test('[B40] tokens of another issuer are refused with 503 when the log is stale: nobody knows what was revoked', async () => {
  await using foreign = await ForeignIssuer.open()
  const { clock, issuer, verifier } = await followIssuer({ issuers: [keycloak(foreign)] })
  const token = await foreign.token(clock.now())
  await accepts(verifier, token)
  issuer.isSilent = true
  clock.advance(61_000)
  await refuses(verifier, token, 'revocation_unknown')
  verifier.close()
})

test('[B42] an operator revokes a user of another issuer over HTTP, and a service on another socket refuses them', async () => {
  await using foreign = await ForeignIssuer.open()
  await using world = await ServerWorld.open()
  const { credential } = await world.service()
  const issuers = [keycloak(foreign)]
  const verifier = createVerifier({ issuer: world.url, audience: world.url, credential, issuers, platform: patientPlatform })
  await verifier.ready()
  const token = await foreign.token(Date.now() - 2000)
  await accepts(verifier, token)
  const target = { kind: 'user', id: `${foreign.url}#248289761001` }
  const { status, body } = await world.local('POST', '/v1/revocations', { target, reason: 'left the company' })
  assert.equal(status, 201)
  await until('the revocation', () => verifier.status().position >= body.position)
  await refuses(verifier, token, 'token_revoked')
  assert.equal((await world.local('POST', '/v1/revocations', { target: { kind: 'issuer', id: foreign.url } })).status, 201)
  assert.equal((await world.local('POST', '/v1/revocations', { target: { kind: 'issuer', id: 'not a url' } })).status, 400)
  assert.equal((await world.local('POST', '/v1/revocations', { target: { kind: 'issuer' } })).status, 201)
  verifier.close()
})

test('every mistake in the list of other issuers is named', async () => {
  const base = { issuer: 'https://auth.example', audience: 'a', credential: 'cs_svc_x' }
  const wrong = { issuer: 'http://idp.example', audience: '', algorithms: ['HS256'], jwksUri: 'ftp://x', claims: { user: 'x' }, kind: 1 }
  assert.throws(
    // Each member is wrong on purpose.
    () =>
      createVerifier({
        ...base,
        issuers: [wrong as unknown as ForeignIssuerOptions, { issuer: base.issuer, audience: SERVICE, algorithms: ['ES256'] }],
      }),
    (error: Error) =>
      [
        'issuers[0].issuer',
        '[0].audience',
        '[0].algorithms',
        '[0].jwksUri',
        '[0].claims.user',
        '[0].kind',
        '[1].issuer is named twice',
      ].every((each) => error.message.includes(each)),
  )
})
