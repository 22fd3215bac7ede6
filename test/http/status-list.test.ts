import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { AuthError, createStatusListChecker, type StatusListChecker } from 'countersign'
import { ManualClock, systemPlatform } from 'countersign/core'
import { generateSigningKey } from 'countersign/key'
import { placeOfId, placesOfUser, signStatusListToken, StatusList } from 'countersign/token'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { ServerWorld } from './server-world.ts'

interface Reference {
  readonly status_list: { readonly idx: number; readonly uri: string }
}

const statusOf = (token: string): Reference => decodeJwt(token)['status'] as Reference

async function verdict(checker: StatusListChecker, status: unknown): Promise<string> {
  try {
    await checker.check(status)
    return 'valid'
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
}

async function openWorld() {
  const clock = new ManualClock(1_900_000_000_000)
  const world = await ServerWorld.open({ statusList: true }, { ...systemPlatform, clock })
  const says = async (token: string): Promise<string> => {
    // A list is made anew once a second at most. The heartbeat of the server hangs on the same clock.
    clock.advance(1000)
    const platform = { ...systemPlatform, clock }
    const jwksUri = `${world.url}/.well-known/jwks.json`
    return verdict(createStatusListChecker({ issuer: world.url, jwksUri, algorithms: ['ES256'], platform }), statusOf(token))
  }
  return { world, says, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

test('[B41] access tokens name a status list only where that is configured', async () => {
  await using world = await ServerWorld.open()
  const { access_token } = await world.person()
  assert.equal(decodeJwt(access_token)['status'], undefined)
  assert.equal((await world.ask('GET', '/status-lists/0.AAAAAAAAAAAAAAAA')).status, 404)
})

test('[B41] a status list is a token that any JOSE library verifies, and may be kept for as long as it says', async () => {
  await using opened = await openWorld()
  const { world } = opened
  const { access_token } = await world.person()
  const { idx, uri } = statusOf(access_token).status_list
  assert.ok(Number.isInteger(idx) && idx >= 0 && idx < 2 ** 20)
  const response = await fetch(uri)
  assert.equal(response.headers.get('content-type'), 'application/statuslist+jwt')
  assert.equal(response.headers.get('cache-control'), 'public, max-age=10')
  const compact = await response.text()
  const keys = createRemoteJWKSet(new URL(`${world.url}/.well-known/jwks.json`))
  const { payload } = await jwtVerify(compact, keys, {
    typ: 'statuslist+jwt',
    subject: uri,
    issuer: world.url,
    currentDate: new Date(1_900_000_000_000),
  })
  assert.equal(payload['ttl'], 10)
  assert.equal(StatusList.decode(payload['status_list']).at(idx), 0)
  assert.ok(compact.length < 2000, `${compact.length} characters`)
  const again = await fetch(uri, { headers: { 'if-none-match': response.headers.get('etag') ?? '' } })
  assert.deepEqual([again.status, await again.text()], [304, ''])
})

test('[B41] lists that were never named in a token do not exist: nobody can have them made', async () => {
  await using opened = await openWorld()
  const { world } = opened
  const { access_token } = await world.person()
  const path = new URL(statusOf(access_token).status_list.uri).pathname
  for (const wrong of [path.replace(/lists\/\d+/, 'lists/7777'), `${path}A`, path.slice(0, -1), path.replace('.', '')]) {
    assert.equal((await world.ask('GET', wrong)).status, 404, wrong)
  }
})

test('[B41] every revocation that reaches a token is in its list, and the next token of a living session is valid', async () => {
  await using opened = await openWorld()
  const { world, says } = opened
  const [ann, bob] = [await world.person(['staff']), await world.person()]
  const revoke = (target: object, mode?: string) =>
    world.local('POST', '/v1/revocations', { target, ...(mode === undefined ? {} : { mode }) })
  assert.deepEqual([await says(ann.access_token), await says(bob.access_token)], ['valid', 'valid'])
  await revoke({ kind: 'token', id: String(decodeJwt(ann.access_token).jti) })
  assert.deepEqual([await says(ann.access_token), await says(bob.access_token)], ['token_revoked', 'valid'])
  let { access_token: current, refresh_token: refresh } = await world.refresh(ann.refresh_token)
  const next = async (): Promise<void> => {
    ;({ access_token: current, refresh_token: refresh } = await world.refresh(refresh))
    assert.equal(await says(current), 'valid')
  }
  assert.equal(await says(current), 'valid')
  for (const target of [
    { kind: 'user', id: ann.user.id },
    { kind: 'session', id: ann.session.id },
    { kind: 'role', id: 'staff' },
    { kind: 'issuer' },
    { kind: 'everyone' },
  ]) {
    await revoke(target, target.kind === 'role' || target.kind === 'issuer' ? undefined : 'soft')
    assert.equal(await says(current), 'token_revoked', target.kind)
    await next()
  }
  await world.local('PATCH', `/v1/users/${ann.user.id}`, { roles: [] })
  assert.equal(await says(current), 'token_revoked')
  await next()
  await revoke({ kind: 'session', id: ann.session.id })
  assert.equal(await says(current), 'token_revoked')
})

test('[B41] the list after a restart says what the list before it said', async () => {
  const clock = new ManualClock(1_900_000_000_000)
  const platform = { ...systemPlatform, clock }
  const world = await ServerWorld.open({ statusList: true }, platform)
  const [ann, bob] = [await world.person(), await world.person()]
  assert.equal((await world.ask('DELETE', '/v1/sessions/current', { token: ann.access_token })).status, 204)
  const path = (token: string): string => new URL(statusOf(token).status_list.uri).pathname
  const before = StatusList.decode(decodeJwt((await world.ask('GET', path(ann.access_token))).text)['status_list'])
  await world.stop()
  await using again = await ServerWorld.openIn(world.folder, { statusList: true, issuer: world.url }, platform)
  const after = StatusList.decode(decodeJwt((await again.ask('GET', path(ann.access_token))).text)['status_list'])
  const [lost, kept] = [statusOf(ann.access_token).status_list.idx, statusOf(bob.access_token).status_list.idx]
  assert.deepEqual([before.at(lost), after.at(lost), before.at(kept), after.at(kept)], [1, 1, 0, 0])
})

test('the place of a token stands in its session, in its own id and among the places of its user', async () => {
  await using opened = await openWorld()
  const { world } = opened
  const { access_token, session, user } = await world.person()
  const { idx } = statusOf(access_token).status_list
  const { first, count } = placesOfUser(user.id)
  assert.equal(placeOfId(session.id), idx)
  assert.equal(placeOfId(String(decodeJwt(access_token).jti)), idx)
  assert.ok(idx >= first && idx < first + count)
  assert.deepEqual([placeOfId('ses_short'), placeOfId(''), placeOfId(`ses_${'*'.repeat(22)}`)], [undefined, undefined, undefined])
})

/** An issuer of lists, of which each answer is the test's. */
async function listIssuer(answer: (response: ServerResponse, uri: string) => void) {
  const key = generateSigningKey('ES256')
  let asked = 0
  const server = createServer((request, response) => {
    if (request.url === '/jwks') return void response.end(JSON.stringify({ keys: [key.publicJwk] }))
    asked++
    answer(response, `${url()}${request.url}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clock = new ManualClock(1_900_000_000_000)
  const checker = createStatusListChecker({
    issuer: url(),
    jwksUri: `${url()}/jwks`,
    algorithms: ['ES256'],
    platform: { ...systemPlatform, clock },
  })
  return {
    key,
    clock,
    checker,
    url,
    asked: () => asked,
    reference: (idx: number) => ({ status_list: { idx, uri: `${url()}/1` } }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function listOf(uri: string, more: object = {}) {
  const list = StatusList.ofSize(2, 16)
  list.set(1, 1)
  list.set(2, 2)
  list.set(3, 3)
  return { sub: uri, iat: 1_900_000_000, ttl: 30, status_list: list.encode(), ...more }
}

test('[B41] a token is valid by the list of another issuer only with the status valid; the list is kept for its ttl', async () => {
  await using issuer = await listIssuer((response, uri) => response.end(signStatusListToken(listOf(uri), issuer.key)))
  const says = (idx: number): Promise<string> => verdict(issuer.checker, issuer.reference(idx))
  assert.deepEqual(
    [await says(0), await says(1), await says(2), await says(3), await says(15), await says(16)],
    ['valid', 'token_revoked', 'token_revoked', 'token_revoked', 'valid', 'token_invalid'],
  )
  assert.equal(issuer.asked(), 1)
  issuer.clock.advance(30_000)
  assert.equal(await says(0), 'valid')
  assert.equal(issuer.asked(), 2)
})

test('[B41] a token without a status, or with a list on another host, is refused, and nobody is asked', async () => {
  await using issuer = await listIssuer((response) => response.end())
  assert.equal(await verdict(issuer.checker, undefined), 'token_invalid')
  assert.equal(await verdict(issuer.checker, { status_list: { idx: 0, uri: 'http://127.0.0.1:1/1' } }), 'token_invalid')
  assert.equal(await verdict(issuer.checker, { status_list: { idx: 0, uri: 'file:///etc/passwd' } }), 'token_invalid')
  assert.equal(issuer.asked(), 0)
})

const foreignKey = generateSigningKey('ES256')
type Bad = readonly [what: string, answer: (response: ServerResponse, uri: string, key: typeof foreignKey) => void]
const bad: readonly Bad[] = [
  ['an error', (response) => response.writeHead(500).end()],
  ['a page', (response) => response.end('<!doctype html>')],
  ['a redirect', (response, uri) => response.writeHead(302, { location: `${uri}0` }).end()],
  ['a list of another address', (response, uri, key) => response.end(signStatusListToken(listOf(`${uri}2`), key))],
  ['a list that has expired', (response, uri, key) => response.end(signStatusListToken(listOf(uri, { exp: 1_899_999_000 }), key))],
  ['a list that somebody else has signed', (response, uri) => response.end(signStatusListToken(listOf(uri), foreignKey))],
  ['a list that is too long', (response) => response.end('A'.repeat(2 ** 22))],
]

for (const [what, answer] of bad) {
  test(`[B41] [I11] where ${what} comes in the place of the list, the status is unknown: 503, and nothing is accepted`, async () => {
    await using issuer = await listIssuer((response, uri) => answer(response, uri, issuer.key))
    assert.equal(await verdict(issuer.checker, issuer.reference(0)), 'revocation_unknown')
    const asked = issuer.asked()
    assert.equal(await verdict(issuer.checker, issuer.reference(0)), 'revocation_unknown')
    assert.equal(issuer.asked(), asked, 'asked again within the cool-down')
  })
}
