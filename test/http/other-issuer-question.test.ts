// Routes that ask about tokens, and status lists that are read, where tokens of other issuers are accepted.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AuthError, createVerifier, type ForeignIssuerOptions, type Requirement, type Verifier } from 'countersign'
import { guard } from 'countersign/express'
import { FollowingService, verdict } from './authority-world.ts'
import { ForeignIssuer, SERVICE } from './foreign-issuer.ts'
import { followIssuer } from './guarded-service.ts'
import { until } from './patience.ts'
import { ServerWorld } from './server-world.ts'

const ask: Requirement = { freshness: { maxAgeSeconds: 5, whenStale: 'ask' } }
const always: Requirement = { recheck: { everyRequests: 1 } }

const settingsOf = (foreign: ForeignIssuer, more: Partial<ForeignIssuerOptions> = {}): ForeignIssuerOptions => ({
  issuer: foreign.url,
  audience: SERVICE,
  algorithms: [foreign.algorithm],
  tokenType: 'jwt',
  ...more,
})

const introspectionOf = (foreign: ForeignIssuer): Partial<ForeignIssuerOptions> => ({
  introspection: { endpoint: foreign.introspectionEndpoint, clientId: 'orders service', clientSecret: 'p:ß%' },
})

/** The detail of a refusal. */
async function detailOf(verifier: Verifier, token: string, requirement: Requirement): Promise<AuthError['detail']> {
  try {
    await verifier.authenticate({ authorization: `Bearer ${token}` }, requirement)
  } catch (error) {
    if (error instanceof AuthError) return error.detail
    throw error
  }
  throw new Error('it was accepted')
}

suite('a route that asks about tokens, where another issuer has them', () => {
  test('[B42] is not made as long as nobody has said whether that issuer can be asked', async () => {
    await using foreign = await ForeignIssuer.open()
    const { verifier } = await followIssuer({ issuers: [settingsOf(foreign)] })
    for (const requirement of [ask, always])
      assert.throws(() => guard(verifier, requirement), { name: 'TypeError', message: /introspection/ })
    guard(verifier, { freshness: 'strict' })
    for (const more of [introspectionOf(foreign), { introspection: 'none' }] as const) {
      const { verifier: said } = await followIssuer({ issuers: [settingsOf(foreign, more)] })
      guard(said, ask)
      guard(said, always)
      said.close()
    }
    verifier.close()
  })

  test('[B24] [B42] asks the issuer of the token, as the client that it knows, and obeys: alive, dead, no answer', async () => {
    await using foreign = await ForeignIssuer.open()
    const { clock, issuer, verifier } = await followIssuer({ issuers: [settingsOf(foreign, introspectionOf(foreign))] })
    const [token, other] = [await foreign.token(clock.now()), await foreign.token(clock.now(), { jti: '2' })]
    assert.equal(await verdict(verifier, token), '200')
    assert.deepEqual(foreign.introspected, [], 'routes that do not ask do not ask')
    assert.equal(await verdict(verifier, token, always), '200')
    // RFC 6749 section 2.3.1: each half as a form would have it.
    const basic = `Basic ${Buffer.from('orders+service:p%3A%C3%9F%25').toString('base64')}`
    assert.deepEqual(foreign.introspected, [{ authorization: basic, token }])
    const forged = `${token.slice(0, -8)}AAAAAAAA`
    assert.equal(await verdict(verifier, forged, always), 'token_invalid')
    assert.equal(foreign.introspected.length, 1, 'what is forged does not get as far')
    foreign.isMute = true
    assert.equal(await verdict(verifier, token, always), 'revocation_unknown')
    foreign.isMute = false
    foreign.dead.add(token)
    assert.equal(await verdict(verifier, token, always), 'token_revoked')
    issuer.revoke('user', `${foreign.url}#248289761001`)
    assert.equal(await verdict(verifier, other, always), 'token_revoked')
    verifier.close()
  })

  test('[B42] says 503 and why, where that issuer cannot be asked', async () => {
    await using foreign = await ForeignIssuer.open()
    const { clock, issuer, verifier } = await followIssuer({ issuers: [settingsOf(foreign, { introspection: 'none' })] })
    const token = await foreign.token(clock.now())
    assert.equal(await verdict(verifier, token, ask), '200')
    assert.equal(await verdict(verifier, token, always), 'revocation_unknown')
    issuer.isSilent = true
    clock.advance(10_000)
    assert.equal(await verdict(verifier, token, ask), 'revocation_unknown')
    assert.deepEqual(await detailOf(verifier, token, ask), { reason: 'foreign_issuer_without_introspection', issuer: foreign.url })
    verifier.close()
  })

  test('[B40] [B42] [I06] asks both when stale: that issuer about the token, ours whether the log has more', async () => {
    await using foreign = await ForeignIssuer.open()
    await using world = await ServerWorld.open()
    const { credential } = await world.service()
    const issuers = [settingsOf(foreign, introspectionOf(foreign))]
    using service = await FollowingService.open(world, credential, { issuers })
    const [token, doomed] = [
      await foreign.token(service.clock.now() - 5000),
      await foreign.token(service.clock.now() - 5000, { sub: 'bob', sid: 'b', jti: 'b' }),
    ]
    service.cutFeed()
    service.clock.advance(61_000)
    assert.equal(await service.verdictOn(token), 'revocation_unknown')
    assert.equal(await service.verdictOn(token, ask), '200')
    foreign.isMute = true
    assert.equal(await service.verdictOn(token, ask), 'revocation_unknown')
    foreign.isMute = false
    foreign.dead.add(doomed)
    assert.equal(await service.verdictOn(doomed, ask), 'token_revoked')
    // Their issuer would still call it alive: what our log has revoked it does not know.
    await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: `${foreign.url}#248289761001` } })
    service.clock.advance(61_000)
    const heard = service.headsHeard()
    let said: string | undefined
    void service.verdictOn(token, ask).then((verdict) => {
      said = verdict
    })
    await until('the answer about the log', () => service.headsHeard() > heard)
    // What the answer names is waited for.
    await until(
      'a decision',
      () => said !== undefined,
      () => service.clock.advance(50),
    )
    assert.equal(said, 'revocation_unknown')
    await world.stop()
    assert.equal(await service.verdictOn(token, ask), 'revocation_unknown')
  })

  test('wrong options are named, without a secret', () => {
    const make = (more: object): void =>
      void createVerifier({
        issuer: 'https://auth.example',
        audience: 'a',
        credential: 'cs_svc_x',
        issuers: [{ issuer: 'https://idp.example', audience: 'a', algorithms: ['ES256'], ...more }],
      })
    const endpoint = 'https://idp.example/introspect'
    for (const introspection of [
      'some',
      {},
      { endpoint },
      { endpoint, clientId: 'a' },
      { endpoint, clientId: 'a', clientSecret: 'hidden', credential: 'hidden' },
      { endpoint: 'http://idp.example/introspect', credential: 'hidden' },
      { endpoint, credential: 'hid den' },
    ]) {
      assert.throws(
        () => make({ introspection }),
        (error) => error instanceof TypeError && /introspection/.test(error.message) && !/hidden/.test(error.message),
      )
    }
    for (const statusList of [1, { origins: ['https://a.example/path'] }, { origins: 'x' }, { maxAgeSeconds: 0 }]) {
      assert.throws(() => make({ statusList }), TypeError)
    }
  })
})

suite('tokens of an issuer whose status lists are read', () => {
  const withList = (foreign: ForeignIssuer, place: number): Readonly<Record<string, unknown>> => ({
    status: { status_list: { idx: place, uri: foreign.statusListUri } },
    jti: `t${place}`,
  })

  test('[B41] [B42] are refused as soon as the list says so, and when they name none', async () => {
    await using foreign = await ForeignIssuer.open()
    const { clock, issuer, verifier } = await followIssuer({ issuers: [settingsOf(foreign, { statusList: {} })] })
    const [good, bad, without] = [
      await foreign.token(clock.now(), withList(foreign, 3)),
      await foreign.token(clock.now(), withList(foreign, 4)),
      await foreign.token(clock.now()),
    ]
    for (const token of [good, bad]) assert.equal(await verdict(verifier, token), '200')
    assert.equal(await verdict(verifier, without), 'token_invalid')
    foreign.revokedPlaces.add(4)
    clock.advance(1000)
    assert.equal(await verdict(verifier, good), '200')
    assert.equal(await verdict(verifier, bad), 'token_revoked')
    assert.equal(await verdict(verifier, issuer.token()), '200', 'our own tokens are for the log alone')
    issuer.revoke('user', `${foreign.url}#248289761001`)
    assert.equal(await verdict(verifier, good), 'token_revoked')
    verifier.close()
  })

  test('[B40] [B41] when the list cannot be had, what was known of a token ages, and each route says how old it may be', async () => {
    await using foreign = await ForeignIssuer.open()
    const { clock, issuer, verifier } = await followIssuer({
      issuers: [settingsOf(foreign, { statusList: {}, ...introspectionOf(foreign) })],
    })
    const [token, unseen] = [
      await foreign.token(clock.now(), { ...withList(foreign, 3), exp: clock.now() / 1000 + 600 }),
      await foreign.token(clock.now(), withList(foreign, 5)),
    ]
    const pass = (seconds: number): void => {
      for (let second = 0; second < seconds; second++) {
        clock.advance(1000)
        issuer.heartbeat()
      }
    }
    const strict: Requirement = { freshness: 'strict' }
    const asked: Requirement = { freshness: { maxAgeSeconds: 20, whenStale: 'ask' } }
    assert.equal(await verdict(verifier, token), '200')
    foreign.isMute = true
    pass(3)
    assert.equal(await verdict(verifier, unseen), 'revocation_unknown', 'nothing was ever known of it')
    assert.equal(await verdict(verifier, token, strict), '200')
    pass(10)
    assert.deepEqual([await verdict(verifier, token), await verdict(verifier, token, strict)], ['200', 'revocation_unknown'])
    assert.equal(await verdict(verifier, token, asked), '200')
    pass(50)
    assert.deepEqual([await verdict(verifier, token), await verdict(verifier, token, asked)], ['revocation_unknown', 'revocation_unknown'])
    foreign.isMute = false
    pass(1)
    assert.equal(await verdict(verifier, token, strict), '200')
    verifier.close()
  })

  test('[B38] [B41] an open connection ends within seconds of its place in the list being revoked, and no other does', async () => {
    await using foreign = await ForeignIssuer.open()
    const { clock, issuer, verifier } = await followIssuer({ issuers: [settingsOf(foreign, { statusList: {} })] })
    const ended: string[] = []
    const open = async (place: number): Promise<void> => {
      const authorization = `Bearer ${await foreign.token(clock.now(), withList(foreign, place))}`
      await verifier.watch({ authorization }, undefined, ({ code }) => void ended.push(`${place} ${code}`))
    }
    for (const place of [3, 4]) await open(place)
    const passUntil = (isSo: () => boolean): Promise<void> =>
      until('the end of a connection', isSo, () => {
        clock.advance(500)
        issuer.heartbeat()
      })
    foreign.revokedPlaces.add(4)
    await passUntil(() => ended.length > 0)
    assert.deepEqual(ended, ['4 token_revoked'])
    foreign.isMute = true
    await passUntil(() => ended.length > 1)
    assert.deepEqual(ended, ['4 token_revoked', '3 revocation_unknown'])
    verifier.close()
  })
})

test('[B24] [B38] an open connection on a route that asks now and then is asked about, and ends when the issuer says no', async () => {
  await using world = await ServerWorld.open()
  const { credential } = await world.service()
  const person = await world.person()
  using service = await FollowingService.open(world, credential)
  const ended: string[] = []
  const issuedAt = 1000 * JSON.parse(Buffer.from(person.access_token.split('.')[1] ?? '', 'base64url').toString()).iat
  const requirement: Requirement = { recheck: { notWithinSeconds: 10 } }
  await service.verifier.watch({ authorization: `Bearer ${person.access_token}` }, requirement, ({ code }) => void ended.push(code))
  const passUntilAsked = (times: number): Promise<void> =>
    until(
      `question ${times}`,
      () => service.asked.length >= times,
      () => service.clock.advance(1000),
    )
  await passUntilAsked(1)
  assert.ok(service.clock.now() - issuedAt >= 9000)
  // Whoever asks now is answered after the visit was.
  assert.equal(await service.verdictOn(person.access_token, always), '200')
  assert.deepEqual(ended, [])
  service.cutFeed()
  await world.local('POST', '/v1/revocations', { target: { kind: 'session', id: person.session.id } })
  await passUntilAsked(3)
  await until('the end of the connection', () => ended.length > 0)
  assert.deepEqual(ended, ['token_revoked'])
})
