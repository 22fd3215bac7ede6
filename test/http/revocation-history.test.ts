import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { until } from './patience.ts'
import { PASSWORD, type Reply, ServerWorld, type SignedInReply } from './server-world.ts'

const MIDNIGHT_MS = 86_400_000

suite('what operators see of revocations and sessions', () => {
  let world: ServerWorld
  let operator: SignedInReply & { readonly email: string }
  before(async () => {
    world = await ServerWorld.open()
    operator = await world.person(['admin'])
  })
  after(() => world[Symbol.asyncDispose]())

  const ask = (path: string, token: string | undefined = operator.access_token) => world.ask('GET', path, { token })
  const newest = async () => (await ask('/v1/revocations?limit=1')).body.revocations[0]

  test('[J02] [B09] the log says of each entry what it ends, who has made it, by what, and why', async () => {
    const person = await world.person()
    const asked = { target: { kind: 'user', id: person.user.id }, reason: 'lost phone' }
    const { body: made } = await world.ask('POST', '/v1/revocations', { token: operator.access_token, body: asked })
    const entry = await newest()
    assert.deepEqual(entry, {
      ...{ position: made.position, at: made.at, kind: 'cutoff', target: asked.target, mode: 'hard', expires_at: made.at + 3_605_000 },
      ...{ live: true, operation: 'revoke', reason: 'lost phone', actor: { kind: 'user', id: operator.user.id, by: null } },
    })
    await world.local('PATCH', `/v1/users/${person.user.id}`, { roles: ['staff'] })
    const { operation, actor, reason, target, mode } = await newest()
    const local = { kind: 'local', id: null, by: null }
    assert.deepEqual([operation, actor, reason, target, mode], ['updateUser', local, null, { kind: 'user', id: person.user.id }, 'soft'])
    await world.local('POST', '/v1/revocations', { target: { kind: 'everyone' }, mode: 'soft' })
    assert.deepEqual((await world.local('GET', '/v1/revocations?limit=1')).body.revocations[0].target, { kind: 'everyone' })
    operator = { ...operator, ...(await world.refresh(operator.refresh_token)) }
  })

  test('[J02] [B23] a refresh token in two hands is on the page, and counted', async () => {
    const before = (await ask(`/v1/revocations/summary?since=${Date.now() - MIDNIGHT_MS}`)).body
    const person = await world.person()
    const { refresh_token: second } = await world.refresh(person.refresh_token)
    await world.refresh(second)
    assert.equal(await world.refreshVerdictOn(person.refresh_token), 'refresh_reused')
    const entry = await newest()
    assert.deepEqual([entry.operation, entry.actor], ['endStolenSession', { kind: 'server', id: null, by: null }])
    assert.deepEqual(entry.target, { kind: 'session', id: person.session.id })
    const summary = (await ask(`/v1/revocations/summary?since=${Date.now() - MIDNIGHT_MS}`)).body
    assert.deepEqual(summary.head, { position: entry.position, at: entry.at })
    const { live_cutoffs, entries, thefts, longest_token_seconds, kept_since, at_least } = summary
    const moved = entry.position - before.head.position
    assert.deepEqual([live_cutoffs, entries, thefts], [before.live_cutoffs + moved, before.entries + moved, before.thefts + 1])
    assert.deepEqual([longest_token_seconds, kept_since, at_least], [3605, null, false])
    const later = (await ask(`/v1/revocations/summary?since=${Date.now() + MIDNIGHT_MS}`)).body
    assert.deepEqual([later.live_cutoffs, later.entries, later.thefts], [live_cutoffs, 0, 0])
  })

  test('[J02] the log by pages, by target and by time, to its end', async () => {
    const { at: before } = await newest()
    await until('the clock has moved on', () => Date.now() > before)
    const made: number[] = []
    for (let n = 0; n < 5; n++) {
      const target = { kind: n % 2 === 0 ? 'role' : 'group', id: `g${n}` }
      made.push((await world.local('POST', '/v1/revocations', { target })).body.at)
    }
    const [since = 0] = made
    const all = (await ask('/v1/revocations?limit=200')).body
    assert.equal(all.next, null)
    assert.deepEqual(
      all.revocations.map(({ position }: { position: number }) => position),
      Array.from({ length: all.head.position }, (_, n) => all.head.position - n),
    )
    const positions: number[] = []
    for (let next: string | null = ''; next !== null; ) {
      const { body: page }: Reply = await ask(`/v1/revocations?limit=3${next === '' ? '' : `&before=${next}`}`)
      positions.push(...page.revocations.map(({ position }: { position: number }) => position))
      next = page.next
    }
    assert.deepEqual(
      positions,
      all.revocations.map(({ position }: { position: number }) => position),
    )
    const ids = async (query: string): Promise<readonly string[]> =>
      (await ask(`/v1/revocations?${query}`)).body.revocations.map(({ target }: { target: { id: string } }) => target.id)
    assert.deepEqual(await ids('kind=role'), ['g4', 'g2', 'g0'])
    assert.deepEqual(await ids('kind=role&id=g2'), ['g2'])
    assert.deepEqual(await ids('id=g3'), ['g3'])
    assert.deepEqual((await ids(`since=${since}`)).slice(-1), ['g0'])
    assert.deepEqual(await ids(`since=${since + MIDNIGHT_MS}`), [])
  })

  test('[J02] sessions of all people, each with the address, by pages and by a part of it', async () => {
    const email = 'Zoë.Quist@example.com'
    assert.equal((await world.local('POST', '/v1/users', { email, password: PASSWORD })).status, 201)
    const first = await world.signIn(email)
    const signedInAt = Date.now()
    await until('the clock has moved on', () => Date.now() > signedInAt)
    const second = await world.signIn(email)
    const all = (await ask('/v1/sessions?everyone=true&limit=200')).body
    assert.equal(all.next, null)
    assert.deepEqual(
      all.sessions.slice(0, 2).map((session: { id: string; email: string; user: string }) => [session.id, session.email, session.user]),
      [second, first].map(({ session, user }) => [session.id, email, user.id]),
    )
    const own = all.sessions.filter(({ current }: { current: boolean }) => current)
    assert.deepEqual(
      own.map(({ id, email: address }: { id: string; email: string }) => [id, address]),
      [[operator.session.id, operator.email]],
    )
    const page = (await ask('/v1/sessions?everyone=true&limit=1&search=qUist@')).body
    assert.deepEqual([page.sessions.length, page.sessions[0].id], [1, second.session.id])
    const last = (await ask(`/v1/sessions?everyone=true&limit=1&search=qUist@&after=${page.next}`)).body
    assert.deepEqual([last.sessions[0].id, last.next], [first.session.id, null])
    assert.deepEqual((await ask('/v1/sessions?everyone=true&search=nobody')).body, { sessions: [], next: null })
    await world.local('DELETE', `/v1/sessions/${second.session.id}`)
    assert.equal((await ask('/v1/sessions?everyone=true&search=quist')).body.sessions.length, 1)
    // As it was: one person's, without address and pages.
    const { sessions, ...rest } = (await ask(`/v1/sessions?user=${first.user.id}`)).body
    assert.deepEqual([sessions.length, 'email' in sessions[0], rest], [1, false, {}])
  })

  test('[J02] nobody but operators sees any of it', async () => {
    const person = await world.person(['staff'])
    const service = (await world.service()).credential
    for (const path of [
      '/v1/revocations',
      '/v1/revocations/summary',
      '/v1/sessions?everyone=true',
      '/v1/sessions?everyone=true&search=a',
    ]) {
      const refused = await world.ask('GET', path, { token: person.access_token })
      assert.deepEqual([refused.status, refused.body.code], [403, 'role_insufficient'], path)
      assert.equal((await world.ask('GET', path)).status, 401, path)
      assert.equal((await world.ask('GET', path, { token: service })).status, 401, path)
      assert.equal((await world.local('GET', path)).status, 200, path)
    }
  })

  test('[J02] what cannot be asked is refused by its name', async () => {
    const refused: Readonly<Record<string, readonly string[]>> = {
      '/v1/revocations': [
        ...['before=0', 'before=-1', 'before=x', 'before=1e3', 'before=9999999999999999', 'before=', 'limit=0', 'limit=201', 'limit=x'],
        ...['kind=nobody', 'kind=', 'id=', `id=${'x'.repeat(513)}`, 'id=%00', 'since=x', 'since=-1', 'since=1.5', 'since=9999999999999999'],
        ...['kind=user&kind=role', 'surprise=1'],
      ],
      '/v1/revocations/summary': ['since=x', 'since=', 'since=-1', 'since=1&since=2', 'surprise=1'],
      '/v1/sessions': [
        ...[
          'everyone=yes',
          'everyone=',
          'everyone=true&limit=0',
          'everyone=true&limit=201',
          'everyone=true&after=x',
          'everyone=true&after=1~',
        ],
        ...['everyone=true&after=x~ses_a', 'everyone=true&search=', `everyone=true&search=${'x'.repeat(201)}`, 'search=x', 'limit=5'],
        ...['after=1~ses_a', `everyone=true&user=${operator.user.id}`, 'surprise=1'],
      ],
    }
    for (const [path, queries] of Object.entries(refused)) {
      for (const query of queries) {
        const { status, body, headers } = await ask(`${path}?${query}`)
        assert.deepEqual([status, body.code, body.errors.length > 0], [400, 'request_invalid', true], `${path}?${query}`)
        assert.equal(headers.get('content-type'), 'application/problem+json')
      }
    }
    // What looks like something else is looked for as it stands.
    for (const search of ['%25', '_', "'", '%F0%9F%92%A9', '..', '%5C', '%22%7D']) {
      assert.deepEqual((await ask(`/v1/sessions?everyone=true&search=${search}x`)).body, { sessions: [], next: null })
    }
    assert.deepEqual((await ask("/v1/revocations?id='%20OR%201=1--")).body.revocations, [])
    assert.equal((await ask('/v1/revocations?before=1')).body.next, null)
  })
})
