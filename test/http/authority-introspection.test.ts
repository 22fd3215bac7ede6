import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AuthError } from 'countersign'
import { systemPlatform } from 'countersign/core'
import { parseJwks } from 'countersign/key'
import { verifyAccessToken, verifyJws } from 'countersign/token'
import { Chance } from '../simulation/chance.ts'
import { askByForm, FollowingService, introspect } from './authority-world.ts'
import { FakeIssuer } from './fake-issuer.ts'
import { type SignedInReply, ServerWorld } from './server-world.ts'

const INTROSPECT = '/v1/tokens/introspect'
const SIGNED = 'application/token-introspection+jwt'

for (const accessTokenForm of ['jwt', 'opaque'] as const) {
  test(`[B27] introspection of a living ${accessTokenForm} access token names its claims, to a form and to JSON`, async () => {
    await using world = await ServerWorld.open({ accessTokenForm, roleScopes: { staff: ['orders:read'] } })
    const { credential } = await world.service()
    const person = await world.person(['staff'])
    const byForm = await introspect(world, credential, person.access_token)
    assert.equal(byForm.status, 200)
    assert.equal(byForm.headers.get('cache-control'), 'no-store')
    const { active, token_type, iss, sub, aud, sid, scope, roles, client_id, exp, iat, jti, rev } = byForm.body
    assert.deepEqual(
      { active, token_type, iss, sub, aud, sid, scope, roles, client_id, life: exp - iat },
      {
        active: true,
        token_type: 'Bearer',
        iss: world.url,
        sub: person.user.id,
        aud: world.url,
        sid: person.session.id,
        scope: 'orders:read',
        roles: ['staff'],
        client_id: 'first-party',
        life: 300,
      },
    )
    assert.match(jti, /^jti_/)
    assert.ok(Number.isSafeInteger(rev))
    const byJson = await world.ask('POST', INTROSPECT, { token: credential, body: { token: person.access_token, token_type_hint: 'x' } })
    assert.deepEqual(byJson.body, byForm.body)
  })
}

test('[B27] introspection of a refresh token names its session, and an older one is dead but no theft', async () => {
  await using world = await ServerWorld.open()
  const { credential } = await world.service()
  const person = await world.person()
  const { body } = await introspect(world, credential, person.refresh_token)
  assert.deepEqual([body.active, body.token_type, body.sub, body.sid], [true, 'refresh_token', person.user.id, person.session.id])
  assert.equal('aud' in body, false, 'no service may take it for a token that is meant for it')
  let newest = person.refresh_token
  for (let time = 0; time < 3; time++) newest = (await world.refresh(newest)).refresh_token
  assert.deepEqual((await introspect(world, credential, person.refresh_token)).body, { active: false })
  assert.equal((await introspect(world, credential, newest)).body.active, true)
  assert.equal(await world.refreshVerdictOn(newest), '200')
})

test('[B27] of what is unknown, forged, expired, revoked or of somebody else, introspection says that it is not active and nothing else', async () => {
  let offsetMs = 0
  const clock = { ...systemPlatform.clock, now: () => systemPlatform.clock.now() + offsetMs }
  await using world = await ServerWorld.open({ accessTokenForm: 'opaque' }, { ...systemPlatform, clock })
  await using other = await ServerWorld.open({ accessTokenForm: 'opaque', issuer: world.url })
  const { credential } = await world.service()
  const [person, revoked, ended, foreign] = [await world.person(), await world.person(), await world.person(), await other.person()]
  assert.equal((await introspect(world, credential, person.access_token)).body.active, true)
  await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: revoked.user.id }, mode: 'soft' })
  await world.local('DELETE', `/v1/sessions/${ended.session.id}`)
  const [handle = '', sealed = ''] = person.access_token.split('.')
  const [otherHandle = ''] = revoked.access_token.split('.')
  const flipped = `${sealed.slice(0, 50)}${sealed[50] === 'A' ? 'B' : 'A'}${sealed.slice(51)}`
  const dead = {
    nothing: 'x',
    'a broken JWT': 'a.b.c',
    'a JWT of somebody else': new FakeIssuer(systemPlatform.clock, world.url).token(),
    'an opaque token of another secret': foreign.access_token,
    'an opaque token without its claims': handle,
    'an opaque token with its claims changed': `${handle}.${flipped}`,
    'an opaque token with the claims of another': `${otherHandle}.${sealed}`,
    'an opaque token with padding': `${person.access_token}=`,
    'a token of a revoked user': revoked.access_token,
    'a token of an ended session': ended.access_token,
    'a refresh token of an ended session': ended.refresh_token,
    'a refresh token of another secret': foreign.refresh_token,
    'a service credential': credential,
    'a text that is too long': 'x'.repeat(16_000),
    'words in another script': 'ключ',
  }
  for (const [name, token] of Object.entries(dead)) {
    const { status, text } = await introspect(world, credential, token)
    assert.deepEqual([status, text], [200, '{"active":false}'], name)
  }
  offsetMs = 306_000
  assert.equal((await introspect(world, credential, person.access_token)).text, '{"active":false}', 'an expired token')
  assert.equal((await introspect(world, credential, person.refresh_token)).body.active, true)
})

test('[B27] a signed answer (RFC 9701) is for the service that asked, and is no access token', async () => {
  await using world = await ServerWorld.open()
  const service = await world.service()
  const { access_token } = await world.person()
  const ask = (accept: string) =>
    world.ask('POST', INTROSPECT, { token: service.credential, body: { token: access_token }, headers: { accept } })
  const answer = await ask(`application/json;q=0.5, ${SIGNED}`)
  assert.equal(answer.headers.get('content-type'), SIGNED)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const keys = parseJwks((await world.ask('GET', '/.well-known/jwks.json')).body)
  const { payload } = verifyJws(answer.text, keys, { type: 'token-introspection+jwt', algorithms: ['ES256'] })
  const { token_introspection, iat, ...rest } = payload
  assert.deepEqual(rest, { iss: world.url, aud: service.id })
  assert.ok(Math.abs(Number(iat) - systemPlatform.clock.now() / 1000) < 5)
  assert.deepEqual(token_introspection, (await ask('*/*')).body)
  assert.equal((await ask(`${SIGNED};q=0`)).headers.get('content-type'), 'application/json')
  const now = Math.floor(systemPlatform.clock.now() / 1000)
  assert.throws(
    () => verifyAccessToken(answer.text, keys, { issuer: world.url, audience: service.id, algorithms: ['ES256'], now }),
    (error) => error instanceof AuthError && error.code === 'token_invalid',
  )
})

test('[B27] tokens are inspected and revoked by services and operators, by nobody else', async () => {
  await using world = await ServerWorld.open()
  const { credential } = await world.service()
  const operator = await world.person(['admin'])
  const person = await world.person(['staff'])
  for (const path of [INTROSPECT, '/v1/tokens/revoke']) {
    const as = async (token: string) => (await askByForm(world, path, token, { token: 'unknown' })).status
    assert.deepEqual([await as(credential), await as(operator.access_token), await as(person.access_token)], [200, 200, 403])
    assert.equal((await world.local('POST', path, { token: 'unknown' })).status, 200)
    assert.equal((await askByForm(world, path, person.refresh_token, { token: 'unknown' })).status, 401)
  }
  const { id } = (await world.local('GET', '/v1/services')).body.services[0]
  await world.local('DELETE', `/v1/services/${id}`)
  assert.equal((await introspect(world, credential, person.access_token)).status, 401)
})

test('[B27] the discovery document names both endpoints, and a form may hold parameters that are not known here', async () => {
  await using world = await ServerWorld.open()
  const { credential } = await world.service()
  const { access_token } = await world.person()
  const { introspection_endpoint, revocation_endpoint } = (await world.ask('GET', '/.well-known/countersign')).body
  assert.deepEqual([introspection_endpoint, revocation_endpoint], [`${world.url}${INTROSPECT}`, `${world.url}/v1/tokens/revoke`])
  const members = { token: access_token, client_id: 'somebody', token_type_hint: '' }
  assert.equal((await askByForm(world, INTROSPECT, credential, members)).body.active, true)
})

/** Three who must never differ: the issuer when it is asked, its own API, and a service that follows the log. */
const kinds = ['everyone', 'issuer', 'client', 'role', 'group', 'user', 'session', 'token', 'key'] as const

for (const accessTokenForm of ['jwt', 'opaque'] as const) {
  suite(`of ${accessTokenForm} tokens, introspection, the own verifier and a service's verifier say the same`, () => {
    for (const seed of [1, 2]) {
      test(`[I05] after revocations of all nine targets in any order (seed ${seed})`, async () => {
        await using world = await ServerWorld.open({ accessTokenForm })
        const { credential } = await world.service()
        using service = await FollowingService.open(world, credential)
        const chance = new Chance(seed)
        const people: { email: string; signedIn: SignedInReply }[] = []
        for (const roles of [['staff'], ['staff', 'buyer'], ['buyer']]) {
          const person = await world.person(roles)
          await world.local('PATCH', `/v1/users/${person.user.id}`, { groups: [`grp_${roles[0]}`] })
          people.push({ email: person.email, signedIn: await world.signIn(person.email) })
        }
        const tokens = people.map(({ signedIn }) => signedIn.access_token)
        const seen = new Set<boolean>()

        async function compare(): Promise<void> {
          for (const token of tokens) {
            const { active } = (await introspect(world, credential, token)).body
            const own = await world.verdictOn(token)
            const following = await service.verdictOn(token)
            assert.deepEqual([own === '200', following === '200'], [active, active], `${own} ${following}`)
            seen.add(active)
          }
        }

        async function idFor(kind: (typeof kinds)[number]): Promise<string | undefined> {
          const { signedIn } = chance.pick(people) as (typeof people)[number]
          switch (kind) {
            case 'everyone':
            case 'issuer':
              return undefined
            case 'client':
              return chance.below(2) === 0 ? 'first-party' : 'another'
            case 'role':
              return chance.pick(['staff', 'buyer', 'admin'])
            case 'group':
              return chance.pick(['grp_staff', 'grp_buyer', 'grp_none'])
            case 'user':
              return signedIn.user.id
            case 'session':
              return signedIn.session.id
            case 'token':
              return (await introspect(world, credential, signedIn.access_token)).body.jti ?? 'jti_none'
            case 'key':
              return (await world.local('GET', '/v1/signing-keys')).body.keys.find(
                ({ purpose, state }: { purpose: string; state: string }) => purpose === 'access-token' && state === 'current',
              ).kid
          }
        }

        await compare()
        for (const kind of [...kinds].sort(() => chance.below(3) - 1)) {
          const id = await idFor(kind)
          const { status, body } = await world.local('POST', '/v1/revocations', { target: { kind, ...(id === undefined ? {} : { id }) } })
          assert.equal(status, 201, kind)
          await service.reaches(body.position)
          await compare()
          const person = chance.pick(people) as (typeof people)[number]
          person.signedIn = await world.signIn(person.email)
          tokens.push(person.signedIn.access_token)
          assert.equal(await service.verdictOn(person.signedIn.access_token), '200', `a token issued after the revocation of ${kind}`)
        }
        await compare()
        assert.equal(seen.size, 2)
      })
    }
  })
}
