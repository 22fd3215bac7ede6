import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { FollowingService } from './authority-world.ts'
import { until } from './patience.ts'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'

const MINUTE_MS = 60_000

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)

suite('a role for a while', () => {
  const clock = new ManualClock(1_800_000_000_000)
  let world: ServerWorld

  before(async () => {
    world = await ServerWorld.open({ issuer: 'https://auth.example', roleScopes: { oncall: ['pager:read'] } }, { ...systemPlatform, clock })
  })
  after(() => world[Symbol.asyncDispose]())

  const request = { role: 'oncall', minutes: 10, reason: 'incident 4711' }
  const pathOf = ({ user }: { readonly user: { readonly id: string } }): string => `/v1/users/${user.id}/elevations`

  test('[I02] it kills the tokens without it, comes with the next refresh, and no token with it outlives it', async () => {
    const person = await world.person(['staff'])
    const { status, body } = await world.local('POST', pathOf(person), request)
    assert.equal(status, 201)
    const { elevation } = body
    assert.deepEqual([elevation.role, elevation.reason, elevation.started_by, elevation.active], ['oncall', 'incident 4711', 'local', true])
    assert.equal(Date.parse(elevation.ends_at), clock.now() + 10 * MINUTE_MS)
    assert.equal(await world.verdictOn(person.access_token), 'token_revoked')
    const first = await world.refresh(person.refresh_token)
    const claims = claimsOf(first.access_token)
    assert.deepEqual([claims['roles'], claims['scope'], first.user.roles], [['staff', 'oncall'], 'pager:read', ['staff', 'oncall']])
    assert.equal(Number(claims['exp']) - Number(claims['iat']), 300)
    clock.advance(8 * MINUTE_MS)
    const second = await world.refresh(first.refresh_token)
    assert.equal(Number(claimsOf(second.access_token)['exp']) * 1000, Date.parse(elevation.ends_at))
    assert.equal(await world.verdictOn(second.access_token), '200')
    clock.advance(2 * MINUTE_MS)
    const third = await world.refresh(second.refresh_token)
    assert.deepEqual(claimsOf(third.access_token)['roles'], ['staff'])
  })

  test('[I02] when its time is over a job notes it once, and the log cuts off whatever still has it', async () => {
    const person = await world.person()
    await world.local('POST', pathOf(person), request)
    const elevated = await world.refresh(person.refresh_token)
    const list = async (): Promise<readonly Record<string, unknown>[]> => (await world.local('GET', pathOf(person))).body.elevations
    clock.advance(10 * MINUTE_MS)
    assert.equal((await list())[0]?.['active'], false)
    await until(
      'the job notes its end',
      async () => (await list())[0]?.['ended_by'] === 'clock',
      () => clock.advance(1000),
    )
    assert.equal(await world.verdictOn(elevated.access_token), 'token_expired')
    const ends = world.lines.filter((line) => line.includes('elevation_ended') && line.includes(person.user.id))
    assert.equal(ends.length, 1)
    assert.deepEqual(claimsOf((await world.refresh(elevated.refresh_token)).access_token)['roles'], undefined)
  })

  test('[I02] an operator takes it before its time: tokens with it are dead at once, and the session goes on', async () => {
    const person = await world.person()
    const { body } = await world.local('POST', pathOf(person), request)
    const elevated = await world.refresh(person.refresh_token)
    assert.equal((await world.local('DELETE', `${pathOf(person)}/${body.elevation.id}`)).status, 204)
    assert.equal(await world.verdictOn(elevated.access_token), 'token_revoked')
    const after = await world.refresh(elevated.refresh_token)
    assert.equal(claimsOf(after.access_token)['roles'], undefined)
    assert.equal(verdictOf(await world.local('DELETE', `${pathOf(person)}/${body.elevation.id}`)), 'not_found')
    const other = await world.person()
    await world.local('POST', pathOf(other), request)
    const [theirs] = (await world.local('GET', pathOf(other))).body.elevations
    assert.equal(verdictOf(await world.local('DELETE', `${pathOf(person)}/${theirs.id}`)), 'not_found')
  })

  test('[I02] it opens what the role opens, and only until its end: an administrator for ten minutes', async () => {
    const person = await world.person()
    assert.equal(verdictOf(await world.ask('GET', '/v1/users', { token: person.access_token })), 'role_insufficient')
    const { body } = await world.local('POST', pathOf(person), { ...request, role: 'admin' })
    const elevated = await world.refresh(person.refresh_token)
    assert.equal(verdictOf(await world.ask('GET', '/v1/users', { token: elevated.access_token })), '200')
    await world.local('DELETE', `${pathOf(person)}/${body.elevation.id}`)
    assert.equal(verdictOf(await world.ask('GET', '/v1/users', { token: elevated.access_token })), 'token_revoked')
    const after = await world.refresh(elevated.refresh_token)
    assert.equal(verdictOf(await world.ask('GET', '/v1/users', { token: after.access_token })), 'role_insufficient')
  })

  test('[I02] who gave it, to whom and why stands in the log, and in the answer to whoever asks later', async () => {
    const operator = await world.person(['admin'])
    const person = await world.person()
    const started = await world.ask('POST', pathOf(person), { token: operator.access_token, body: request })
    assert.equal(started.status, 201)
    const { id } = started.body.elevation
    assert.equal((await world.ask('DELETE', `${pathOf(person)}/${id}`, { token: operator.access_token })).status, 204)
    const [shown] = (await world.ask('GET', pathOf(person), { token: operator.access_token })).body.elevations
    assert.deepEqual(
      [shown.started_by, shown.ended_by, shown.reason, shown.active],
      [operator.user.id, operator.user.id, 'incident 4711', false],
    )
    const lines = world.lines.map((line) => JSON.parse(line)).filter(({ elevation }) => elevation === id)
    assert.deepEqual(
      lines.map(({ event, reason, startedBy, role, user }) => ({ event, reason, startedBy, role, user })),
      ['elevation_started', 'elevation_ended'].map((event) => ({
        event,
        reason: 'incident 4711',
        startedBy: operator.user.id,
        role: 'oncall',
        user: person.user.id,
      })),
    )
  })

  test('[I02] [D06] only an operator gives it, and only shortly after a sign-in of theirs', async () => {
    const person = await world.person()
    assert.equal(verdictOf(await world.ask('POST', pathOf(person), { token: person.access_token, body: request })), 'role_insufficient')
    const operator = await world.person(['admin'])
    clock.advance(6 * MINUTE_MS)
    const { access_token: token } = await world.refresh(operator.refresh_token)
    const refused = await world.ask('POST', pathOf(person), { token, body: request })
    assert.equal(verdictOf(refused), 'step_up_required')
    assert.match(refused.headers.get('www-authenticate') ?? '', /insufficient_user_authentication.*max_age="300"/)
    const stepped = await world.ask('POST', '/v1/sessions/current/authentication', { token, body: { password: PASSWORD } })
    assert.equal(verdictOf(await world.ask('POST', pathOf(person), { token: stepped.body.access_token, body: request })), '201')
  })

  test('what makes no sense is refused: too long, no reason, nobody, a role that is there', async () => {
    const person = await world.person(['staff'])
    for (const wrong of [
      { minutes: 0 },
      { minutes: 1441 },
      { minutes: 1.5 },
      { reason: '' },
      { role: '' },
      { role: 'two words' },
      { until: 'x' },
    ]) {
      assert.equal(verdictOf(await world.local('POST', pathOf(person), { ...request, ...wrong })), 'request_invalid', JSON.stringify(wrong))
    }
    assert.equal(verdictOf(await world.local('POST', pathOf(person), { ...request, role: 'staff' })), 'conflict')
    assert.equal(verdictOf(await world.local('POST', pathOf({ user: { id: 'usr_nobody' } }), request)), 'not_found')
    assert.equal(verdictOf(await world.local('GET', pathOf({ user: { id: 'usr_nobody' } }))), 'not_found')
    assert.equal(verdictOf(await world.local('POST', pathOf(person), request)), '201')
    assert.equal(verdictOf(await world.local('POST', pathOf(person), request)), 'conflict')
  })

  test('[I02] an access key of whoever is elevated never has the role: it would outlive it', async () => {
    const person = await world.person()
    await world.local('POST', pathOf(person), request)
    const { access_token: token } = await world.refresh(person.refresh_token)
    const made = await world.ask('POST', '/v1/access-keys', { token, body: { name: 'laptop' } })
    assert.equal(made.status, 201)
    const { access_key, secret_access_key } = made.body
    const basic = Buffer.from(`${access_key.id}:${secret_access_key}`).toString('base64')
    const exchanged = await world.ask('POST', '/v1/temporary-credentials', { headers: { authorization: `Basic ${basic}` }, body: {} })
    assert.equal(JSON.stringify(exchanged.body).includes('oncall'), false)
    assert.equal(JSON.stringify(exchanged.body).includes('pager:read'), false)
  })
})

suite('a role for a while, before a service and after a restart', () => {
  test('[I02] a guarded service takes the role and lets it go, each within the feed', async () => {
    await using world = await ServerWorld.open()
    const { credential } = await world.service()
    using service = await FollowingService.open(world, credential)
    const person = await world.person()
    const path = `/v1/users/${person.user.id}/elevations`
    const { body } = await world.local('POST', path, { role: 'oncall', minutes: 5, reason: 'incident' })
    const elevated = await world.refresh(person.refresh_token)
    await service.reaches(Number(claimsOf(elevated.access_token)['rev']))
    assert.equal(await service.verdictOn(person.access_token), 'token_revoked')
    assert.equal(await service.verdictOn(elevated.access_token, { role: 'oncall' }), '200')
    await world.local('DELETE', `${path}/${body.elevation.id}`)
    const after = await world.refresh(elevated.refresh_token)
    await service.reaches(Number(claimsOf(after.access_token)['rev']))
    assert.equal(await service.verdictOn(elevated.access_token, { role: 'oncall' }), 'token_revoked')
    assert.equal(await service.verdictOn(after.access_token, { role: 'oncall' }), 'role_insufficient')
  })

  test('[I02] one whose time was over while no server ran gives nothing at the next start, and is noted then', async () => {
    const clock = new ManualClock(1_800_000_000_000)
    const platform = { ...systemPlatform, clock }
    const first = await ServerWorld.open({ issuer: 'https://auth.example' }, platform)
    const person = await first.person()
    const path = `/v1/users/${person.user.id}/elevations`
    await first.local('POST', path, { role: 'oncall', minutes: 1, reason: 'incident' })
    await first.stop()
    clock.advance(10 * MINUTE_MS)
    await using second = await ServerWorld.openIn(first.folder, { issuer: 'https://auth.example' }, platform)
    assert.equal(claimsOf((await second.refresh(person.refresh_token)).access_token)['roles'], undefined)
    const isNoted = async (): Promise<boolean> => (await second.local('GET', path)).body.elevations[0].ended_by === 'clock'
    await until('the job notes its end', isNoted, () => clock.advance(1000))
  })
})
