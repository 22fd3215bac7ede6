import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Requirement } from 'countersign'
import { systemPlatform } from 'countersign/core'
import { verdict } from './authority-world.ts'
import { ApiKeyService } from './api-key-service.ts'
import { untilSaid } from './patience.ts'
import { type Reply, ServerWorld } from './server-world.ts'

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const scopeOf = (token: string): unknown => claimsOf(token)['scope']
const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)

suite('what roles bring', () => {
  let world: ServerWorld
  /** As in any service: it follows the feed, and never asks about a token. */
  let service: ApiKeyService
  let named = 0

  before(async () => {
    world = await ServerWorld.open({ roleScopes: { clerk: ['invoices:read'] } })
    service = await ApiKeyService.open(world)
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  const set = async (role: string, ...scope: readonly string[]): Promise<Reply['body']> => {
    const { status, body, text } = await world.local('PUT', `/v1/roles/${role}`, { scope })
    assert.equal(status, 200, text)
    return body
  }
  /** A role of its own for each test. */
  const role = async (...scope: readonly string[]): Promise<string> => {
    const name = `role-${++named}`
    await set(name, ...scope)
    return name
  }
  const heard = (token: string, requirement: Requirement = {}): Promise<string> => verdict(service.verifier, token, requirement)

  test('[D04] a narrower role holds at once: a service refuses the token of before, and the session has an honest one unseen', async (t) => {
    const staff = await role('orders:read', 'orders:write')
    const person = await world.person([staff])
    const bystander = await world.person(['clerk'])
    assert.equal(scopeOf(person.access_token), 'orders:read orders:write')
    assert.equal(await heard(person.access_token, { scope: 'orders:write' }), '200')
    await set(staff, 'orders:read')
    assert.equal(await world.verdictOn(person.access_token), 'token_revoked', 'the server itself knows it with its answer')
    t.diagnostic(`refused after ${(await untilSaid('token_revoked', () => heard(person.access_token))).toFixed(1)} ms`)
    const fresh = await world.refresh(person.refresh_token)
    assert.deepEqual([scopeOf(fresh.access_token), fresh.session.id], ['orders:read', person.session.id])
    await untilSaid('scope_insufficient', () => heard(fresh.access_token, { scope: 'orders:write' }))
    assert.equal(await heard(fresh.access_token, { scope: 'orders:read' }), '200')
    assert.equal(await heard(bystander.access_token), '200', 'who has no such role notices nothing')
  })

  test('[D04] a wider role and a removed one hold at once as well; who has the role keeps it by name', async () => {
    const staff = await role('orders:read')
    const person = await world.person([staff])
    await set(staff, 'orders:read', 'orders:export')
    assert.equal(await world.verdictOn(person.access_token), 'token_revoked')
    const wider = await world.refresh(person.refresh_token)
    assert.equal(scopeOf(wider.access_token), 'orders:export orders:read')
    const unchanged = await world.local('PUT', `/v1/roles/${staff}`, { scope: ['orders:export', 'orders:read', 'orders:read'] })
    assert.deepEqual([unchanged.status, unchanged.body.scope], [200, ['orders:export', 'orders:read']])
    assert.equal(await world.verdictOn(wider.access_token), '200', 'nothing has changed, and nobody is bothered')
    assert.equal((await world.local('DELETE', `/v1/roles/${staff}`)).status, 204)
    assert.equal(await world.verdictOn(wider.access_token), 'token_revoked')
    const bare = await world.refresh(wider.refresh_token)
    assert.deepEqual([scopeOf(bare.access_token), claimsOf(bare.access_token)['roles']], [undefined, [staff]])
  })

  test('[D04] an API key that has a scope by a role which it does not name loses it at once', async () => {
    const staff = await role('keys:read', 'keys:write')
    const person = await world.person([staff])
    const make = async (body: object): Promise<string> => {
      const reply = await world.ask('POST', '/v1/api-keys', { token: person.access_token, body: { name: 'script', ...body } })
      assert.equal(reply.status, 201, reply.text)
      return reply.body.key
    }
    const [nameless, naming] = [await make({}), await make({ roles: [staff] })]
    for (const key of [nameless, naming]) assert.equal(await service.verdict(`Bearer ${key}`, { scope: 'keys:write' }), 'ok')
    await set(staff, 'keys:read')
    for (const key of [nameless, naming]) {
      await untilSaid('scope_insufficient', () => service.verdict(`Bearer ${key}`, { scope: 'keys:write' }))
      assert.equal(await service.verdict(`Bearer ${key}`, { scope: 'keys:read' }), 'ok')
    }
    await set(staff, 'keys:read', 'keys:write')
    for (const key of [nameless, naming]) await untilSaid('ok', () => service.verdict(`Bearer ${key}`, { scope: 'keys:write' }))
  })

  test('[D04] nobody is given more for a key than their roles bring now', async () => {
    const staff = await role('made:read')
    const person = await world.person([staff])
    const make = (scope: readonly string[]): Promise<Reply> =>
      world.local('POST', '/v1/api-keys', { name: 'script', user: person.user.id, scope })
    assert.equal((await make(['made:read'])).status, 201)
    await set(staff)
    assert.equal(verdictOf(await make(['made:read'])), 'request_invalid')
  })

  test('[D04] [I02] a role for a while brings what it brings now', async () => {
    const oncall = await role('pager:read')
    const person = await world.person()
    const ask = { role: oncall, minutes: 10, reason: 'incident 4711' }
    assert.equal((await world.local('POST', `/v1/users/${person.user.id}/elevations`, ask)).status, 201)
    const elevated = await world.refresh(person.refresh_token)
    assert.equal(scopeOf(elevated.access_token), 'pager:read')
    await set(oncall, 'pager:read', 'pager:ack')
    assert.equal(await world.verdictOn(elevated.access_token), 'token_revoked')
    assert.equal(scopeOf((await world.refresh(elevated.refresh_token)).access_token), 'pager:ack pager:read')
  })

  test('[D04] [I02] whatever is issued while a role changes says what is true, or is refused', async () => {
    const staff = await role('race:write')
    const people = await Promise.all(Array.from({ length: 8 }, () => world.person([staff])))
    for (let round = 0; round < 6; round++) {
      const scope = round % 2 === 0 ? [] : ['race:write']
      const refreshing = people.map(({ refresh_token }) => world.refresh(refresh_token))
      await set(staff, ...scope)
      const refreshed = await Promise.all(refreshing)
      for (const [n, { access_token, refresh_token }] of refreshed.entries()) {
        const says = scopeOf(access_token) ?? ''
        const isHonest = says === scope.join(' ')
        assert.equal(await world.verdictOn(access_token), isHonest ? '200' : 'token_revoked', `round ${round}`)
        Object.assign(people[n] ?? {}, { refresh_token })
      }
    }
  })

  test('[D04] a role of the configuration stays what the configuration says', async () => {
    for (const [method, body] of [
      ['PUT', { scope: ['invoices:write'] }],
      ['DELETE', undefined],
    ] as const) {
      assert.equal(verdictOf(await world.local(method, '/v1/roles/clerk', body)), 'role_configured')
    }
    assert.equal(scopeOf((await world.person(['clerk'])).access_token), 'invoices:read')
    const { roles } = (await world.local('GET', '/v1/roles')).body
    const clerk = roles.find(({ name }: { readonly name: string }) => name === 'clerk')
    assert.deepEqual(clerk, { name: 'clerk', scope: ['invoices:read'], source: 'configuration', changed_at: null })
  })

  test('[D04] a role that was stored before the configuration named it brings what the configuration says', async () => {
    await using first = await ServerWorld.open()
    await first.local('PUT', '/v1/roles/staff', { scope: ['orders:read', 'orders:write'] })
    const { email } = await first.person(['staff'])
    await first.stop()
    await using second = await ServerWorld.openIn(first.folder, { roleScopes: { staff: ['orders:read'] } })
    assert.equal(scopeOf((await second.signIn(email)).access_token), 'orders:read')
    const { roles, reserved } = (await second.local('GET', '/v1/roles')).body
    assert.deepEqual([roles.length, roles[0].source, reserved], [1, 'configuration', ['orders:write']])
    assert.equal((await second.local('DELETE', '/v1/roles/staff')).status, 204, 'what it hides can be removed')
    assert.equal(scopeOf((await second.signIn(email)).access_token), 'orders:read')
    await second.stop()
    await using third = await ServerWorld.openIn(first.folder)
    assert.deepEqual((await third.local('GET', '/v1/roles')).body, { roles: [], reserved: ['orders:read', 'orders:write'] })
    assert.equal(scopeOf((await third.signIn(email)).access_token), undefined)
  })

  test('[D04] roles are for operators to change, and hold nothing that is no scope', async () => {
    const { access_token: token } = await world.person(['clerk'])
    const body = { scope: ['users:write'] }
    assert.equal((await world.ask('PUT', '/v1/roles/clerk2', { body })).status, 401)
    for (const [method, path, given] of [
      ['PUT', '/v1/roles/clerk2', body],
      ['DELETE', '/v1/roles/clerk2', undefined],
      ['POST', '/v1/reserved-scopes/release', { scope: 'users:write' }],
    ] as const) {
      assert.equal((await world.ask(method, path, { token, ...(given === undefined ? {} : { body: given }) })).status, 403, path)
    }
    for (const wrong of [{}, { scope: 'a' }, { scope: ['a b'] }, { scope: [''] }, { scope: ['"'] }, { scope: ['a'], more: 1 }]) {
      assert.equal(verdictOf(await world.local('PUT', '/v1/roles/clerk2', wrong)), 'request_invalid', JSON.stringify(wrong))
    }
    const many = Array.from({ length: 101 }, (_, n) => `s${n}`)
    assert.equal(verdictOf(await world.local('PUT', '/v1/roles/clerk2', { scope: many })), 'request_invalid')
    for (const name of ['Clerk', '__proto__', 'a.b', 'a'.repeat(65)]) {
      assert.equal(verdictOf(await world.local('PUT', `/v1/roles/${name}`, body)), 'request_invalid', name)
    }
    assert.equal(verdictOf(await world.local('PUT', '/v1/roles/a%2Fb', body)), 'not_found')
    assert.equal(verdictOf(await world.local('DELETE', '/v1/roles/clerk2')), 'not_found')
    // An object's own words are names as any other.
    assert.equal(scopeOf((await world.person(['constructor'])).access_token), undefined)
    await set('constructor', 'x')
    await set('team:lead', 'y')
    assert.equal(scopeOf((await world.person(['constructor', 'team:lead'])).access_token), 'x y')
  })

  test('[D04] who has changed which role is told to those who want to know', async () => {
    const before = world.lines.length
    const staff = await role('told:read')
    const operator = await world.person(['admin'])
    const reply = await world.ask('PUT', `/v1/roles/${staff}`, { token: operator.access_token, body: { scope: [] } })
    assert.equal(reply.status, 200)
    const line = world.lines.slice(before).find((each) => each.includes('"role changed"') && each.includes(operator.user.id))
    const { role: changed, scope, by } = JSON.parse(line ?? '{}')
    assert.deepEqual([changed, scope, by], [staff, [], operator.user.id])
    assert.ok(systemPlatform.clock.now() - Date.parse(reply.body.changed_at) < 60_000)
  })
})
