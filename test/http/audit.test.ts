import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { join } from 'node:path'
import { isAct } from '../../packages/server/src/server/act-table.ts'
import { jobs } from '../../packages/server/src/server/job/job-table.ts'
import { oauthPages } from '../../packages/server/src/server/page/oauth/page-table.ts'
import { crossings, pages } from '../../packages/server/src/server/page/page-table.ts'
import { operations } from '../../packages/server/src/server/route-table.ts'
import { AuthenticatorApp } from './authenticator-app.ts'
import { PageBrowser } from './page-browser.ts'
import type { AuditEventRecord } from '../../packages/server/src/cli/record.ts'
import { until } from './patience.ts'
import { PASSWORD, ServerWorld, type SignedInReply } from './server-world.ts'

const NEW_PASSWORD = 'a longer walk along the harbour'

suite('the audit log', () => {
  let world: ServerWorld
  let admin: SignedInReply
  /** All that must not stand in any record. */
  const secrets = new Set<string>([PASSWORD, NEW_PASSWORD])

  before(async () => {
    world = await ServerWorld.open({ magicLinks: true })
    admin = keep(await world.person(['admin']))
  })
  after(() => world[Symbol.asyncDispose]())

  const keep = <T extends SignedInReply>(person: T): T => {
    secrets.add(person.access_token).add(person.refresh_token)
    return person
  }
  const person = async () => keep(await world.person())
  const head = async (): Promise<number> => (await world.local('GET', '/v1/audit-events/head')).body.position
  /** Oldest first. */
  async function since(position: number): Promise<readonly AuditEventRecord[]> {
    const { body } = await world.local('GET', '/v1/audit-events?limit=500')
    return body.audit_events.filter((event: AuditEventRecord) => event.position > position).reverse()
  }
  /** What a step leaves on record. */
  async function recordsOf(step: () => Promise<unknown>): Promise<readonly AuditEventRecord[]> {
    const before = await head()
    await step()
    return since(before)
  }
  const told = ({ operation, actor, target, outcome, code }: AuditEventRecord): readonly unknown[] => [
    operation,
    actor.id ?? actor.kind,
    target?.id,
    code ?? outcome,
  ]

  test('[J04] every changing operation of operators is an act, and every form and job that changes something says which', () => {
    const unrecorded = operations.filter(
      (operation) => operation.authority === 'operator' && operation.method !== 'GET' && !isAct(operation),
    )
    assert.deepEqual(unrecorded.map(({ operationId }) => operationId).sort(), ['previewRevocation', 'testTrustRules', 'verifyAuditEvents'])
    const ownActs = ['linkIdentity', 'allowClient', 'allowDevice', 'denyDevice', 'maintainSigningKeys', 'forgetAuditEvents']
    const known = new Set([...operations.map(({ operationId }) => operationId), ...ownActs])
    const named = [...pages, ...crossings, ...oauthPages].flatMap(({ forms }) => Object.values(forms).flatMap(({ act }) => act ?? []))
    for (const act of [...named, ...jobs.flatMap(({ act }) => act ?? [])]) assert.ok(known.has(act), act)
    assert.ok(named.length > 25)
  })

  test('[J04] what an operator does is on record whichever way: who, what, on what, when, from where, and the names of what was given', async () => {
    const records = await recordsOf(async () => {
      const { body } = await world.ask('POST', '/v1/services', { token: admin.access_token, body: { name: 'orders' } })
      secrets.add(body.credential)
      await world.local('DELETE', `/v1/services/${body.id}`)
    })
    const hash = 'pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c='
    const rehearsal = { email: 'rehearsed@example.com', password_hash: hash, dry_run: true }
    const rehearsed = await recordsOf(async () => assert.equal((await world.local('POST', '/v1/users', rehearsal)).status, 204))
    assert.deepEqual(rehearsed, [], 'nothing was done')
    const [byPerson, byMachine] = records
    assert.ok(byPerson !== undefined && byMachine !== undefined && records.length === 2)
    assert.deepEqual(byPerson.actor, { kind: 'user', id: admin.user.id, session: admin.session.id, by: null })
    assert.match(byPerson.target?.id ?? '', /^svc_/)
    assert.deepEqual([byPerson.operation, byPerson.target?.kind, byPerson.outcome], ['createService', 'service', 'done'])
    assert.deepEqual([byPerson.members, byPerson.address], [['name'], '127.0.0.1'])
    assert.match(byPerson.request_id ?? '', /^req_/)
    assert.deepEqual(told(byMachine), ['removeService', 'local', byPerson.target?.id, 'done'])
  })

  test('[J04] changes of people by an operator: roles, status, sessions, factors, elevations, revocations', async () => {
    const { user, session } = await person()
    const at = `/v1/users/${user.id}`
    const records = await recordsOf(async () => {
      for (const body of [{ roles: ['staff'] }, { status: 'suspended' }, { status: 'active' }]) {
        assert.equal((await world.local('PATCH', at, body)).status, 200)
      }
      await world.local('POST', '/v1/revocations', { target: { kind: 'session', id: session.id } })
      const { body } = await world.local('POST', `${at}/elevations`, { role: 'oncall', minutes: 5, reason: 'incident' })
      await world.local('DELETE', `${at}/elevations/${body.elevation.id}`)
      assert.equal((await world.local('DELETE', `${at}/sign-in-attempts`)).status, 204)
      assert.equal((await world.local('POST', '/v1/signing-keys/rotate', {})).status, 200)
    })
    const elevation = records[4]?.target?.id
    assert.match(elevation ?? '', /^elv_/)
    assert.deepEqual(records.map(told), [
      ['updateUser', 'local', user.id, 'done'],
      ['updateUser', 'local', user.id, 'done'],
      ['updateUser', 'local', user.id, 'done'],
      ['revoke', 'local', session.id, 'done'],
      ['startElevation', 'local', elevation, 'done'],
      ['endElevation', 'local', elevation, 'done'],
      ['unlockUser', 'local', user.id, 'done'],
      ['rotateSigningKeys', 'local', undefined, 'done'],
    ])
    assert.deepEqual(
      records.slice(0, 2).map(({ members }) => members),
      [['roles'], ['status']],
    )
  })

  test('[I02] [J04] the end of a role whose time is over is on record as the server’s own act', async () => {
    const { user } = await person()
    const before = await head()
    const { body } = await world.local('POST', `/v1/users/${user.id}/elevations`, { role: 'oncall', minutes: 1, reason: 'incident' })
    const other = new DatabaseSync(join(world.folder, 'data', 'countersign.db'))
    other.prepare('UPDATE elevation SET ends_at = 1 WHERE id = ?').run(body.elevation.id)
    other.close()
    await until('the job ends it', async () => (await since(before)).length > 1)
    assert.deepEqual((await since(before)).map(told)[1], ['endElevation', 'server', body.elevation.id, 'done'])
  })

  test('[J04] who calls an operation of operators without being one is on record with the refusal, known or not', async () => {
    const { access_token: token, user } = await person()
    const records = await recordsOf(async () => {
      await world.ask('POST', '/v1/services', { token, body: { name: 'mine' } })
      await world.ask('GET', '/v1/users', { token })
      await world.ask('POST', '/v1/services', { body: { name: 'mine' } })
      await world.ask('GET', '/v1/users')
      await world.ask('POST', '/v1/users', { token, body: { email: 'x@example.com', password: PASSWORD, roles: ['admin'] } })
      await world.ask('POST', '/v1/services', { token: admin.access_token, body: {} })
    })
    assert.deepEqual(records.map(told), [
      ['createService', user.id, undefined, 'role_insufficient'],
      ['listUsers', user.id, undefined, 'role_insufficient'],
      ['createService', 'anyone', undefined, 'credential_missing'],
      ['createUser', 'anyone', undefined, 'role_insufficient'],
    ])
  })

  test('[J04] sign-ins are on record, right and wrong ones; the address of a stranger stands nowhere', async () => {
    const { email, user } = await person()
    const stranger = 'nobody.at.all@example.com'
    const attempt = (address: string, password: string) => world.ask('POST', '/v1/sessions', { body: { email: address, password } })
    const records = await recordsOf(async () => {
      keep((await attempt(email, PASSWORD)).body)
      await attempt(email, 'something else entirely')
      await attempt(stranger, 'something else entirely')
      await attempt(stranger.toUpperCase(), 'something else again')
    })
    const [right, wrong, unknown, again] = records
    assert.deepEqual([right?.actor.id, right?.target?.kind, right?.outcome, right?.methods], [user.id, 'session', 'done', ['pwd']])
    assert.deepEqual([wrong?.actor.kind, wrong?.target, wrong?.code], ['anyone', { kind: 'user', id: user.id }, 'credentials_invalid'])
    assert.deepEqual([unknown?.target?.kind, unknown?.target], ['account', again?.target])
    const found = await world.local('GET', `/v1/audit-events?target=${encodeURIComponent(stranger)}`)
    assert.equal(found.body.audit_events.length, 2, 'whoever knows the address finds them')
    const { rows } = everyRecord()
    assert.ok(!rows.some((row) => row.toLowerCase().includes('nobody.at.all')))
  })

  test('[J04] what people change of their own account is on record: factors, password, name, keys, sessions', async () => {
    const { access_token: token, user, email } = await person()
    const records = await recordsOf(async () => {
      const enrolled = await world.ask('POST', '/v1/me/factors/totp', { token, body: {} })
      const app = new AuthenticatorApp(enrolled.body.otpauth_uri)
      secrets.add(enrolled.body.secret)
      const confirmed = await world.ask('POST', '/v1/me/factors/totp/confirm', { token, body: { code: app.code() } })
      assert.equal(confirmed.status, 200)
      for (const code of confirmed.body.recovery_codes) secrets.add(code)
      const plain = await world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD } })
      assert.equal(plain.body.code, 'factor_required')
      const wrong = await world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD, totp_code: app.wrongCode() } })
      assert.equal(wrong.status, 401)
      const [recovery = ''] = confirmed.body.recovery_codes
      const both = keep((await world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD, recovery_code: recovery } })).body)
      const own = both.access_token
      const made = await world.ask('POST', '/v1/api-keys', { token: own, body: { name: 'nightly' } })
      assert.equal(made.status, 201, made.text)
      secrets.add(made.body.key)
      await world.ask('DELETE', `/v1/api-keys/${made.body.api_key.id}`, { token: own })
      await world.ask('PATCH', '/v1/me', { token: own, body: { name: 'Ada' } })
      const changed = await world.ask('PUT', '/v1/me/password', {
        token: own,
        body: { current_password: PASSWORD, new_password: NEW_PASSWORD },
      })
      assert.equal(changed.status, 200, changed.text)
      secrets.add(changed.body.access_token)
      await world.ask('DELETE', '/v1/sessions/current', { token: changed.body.access_token })
    })
    assert.deepEqual(
      records.map(({ operation, outcome, code }) => `${operation} ${code ?? outcome}`),
      [
        'confirmTotp done',
        'signIn factor_required',
        'signIn credentials_invalid',
        'signIn done',
        'createApiKey done',
        'removeApiKey done',
        'updateMe done',
        'changePassword done',
        'endCurrentSession done',
      ],
    )
    assert.deepEqual(
      records[3]?.methods,
      ['pwd', 'otp', 'mfa'].filter((method) => records[3]?.methods.includes(method)),
    )
    assert.deepEqual(records[7]?.members, ['current_password', 'new_password'])
    assert.ok(records.every(({ actor, target }) => actor.id === user.id || target?.id === user.id))
  })

  test('[J04] a refresh leaves no record; a stolen one does', async () => {
    const { refresh_token: stolen, session } = await person()
    const refresh = (token: string, agent: string) =>
      world.ask('POST', '/v1/sessions/refresh', { body: { refresh_token: token }, headers: { 'user-agent': agent } })
    const quiet = await recordsOf(async () => {
      const next = (await refresh(stolen, 'one')).body.refresh_token
      secrets.add(next)
      secrets.add((await refresh(next, 'one')).body.refresh_token)
    })
    assert.deepEqual(quiet, [])
    const theft = await recordsOf(async () => assert.equal((await refresh(stolen, 'other')).body.code, 'refresh_reused'))
    assert.deepEqual(theft.map(told), [['endStolenSession', 'server', session.id, 'done']])
    assert.equal(theft[0]?.address, '127.0.0.1')
  })

  test('[J04] what people do on the hosted pages has the records that the API would have', async () => {
    const { email, user } = await person()
    const browser = new PageBrowser(world.url)
    const records = await recordsOf(async () => {
      const signIn = await browser.open('/sign-in')
      await browser.submit(signIn, 'sign_in', { email, password: 'not the right one at all' })
      await browser.submit(await browser.open('/sign-in'), 'sign_in', { email, password: PASSWORD })
      await browser.submit(await browser.open('/account/name'), 'name', { name: 'Ada' })
      const fields = { current_password: PASSWORD, new_password: NEW_PASSWORD }
      await browser.submit(await browser.open('/account/password'), 'password', fields)
      await browser.submit(await browser.open('/sign-out'), 'sign_out')
      const strange = new PageBrowser(world.url)
      await strange.submit(await strange.open('/sign-up'), 'sign_up', { email: 'page@example.com', password: PASSWORD, name: 'Page' })
    })
    assert.deepEqual(
      records.map(({ operation, outcome, code }) => `${operation} ${code ?? outcome}`),
      [
        'signIn credentials_invalid',
        'signIn done',
        'updateMe done',
        'changePassword done',
        'endCurrentSession done',
        'createUser done',
        'signIn done',
      ],
    )
    assert.ok(records.slice(0, 5).every(({ actor, target }) => actor.id === user.id || target?.id === user.id))
    for (const value of [...browser.cookies.values()].filter((cookie) => cookie.length > 20)) secrets.add(value)
  })

  test('[J04] only operators read it, a page at a time', async () => {
    const { access_token: token } = await person()
    assert.equal((await world.ask('GET', '/v1/audit-events', { token })).body.code, 'role_insufficient')
    assert.equal((await world.ask('GET', '/v1/audit-events')).status, 401)
    assert.equal((await world.ask('POST', '/v1/audit-events/verify', { token, body: {} })).status, 403)
    const seen: number[] = []
    for (let after = ''; ; ) {
      const { body } = await world.ask('GET', `/v1/audit-events?limit=7${after}`, { token: admin.access_token })
      seen.push(...body.audit_events.map((event: AuditEventRecord) => event.position))
      if (body.next === null) break
      after = `&after=${body.next}`
    }
    assert.deepEqual(
      seen,
      seen.map((_, index) => seen.length - index),
    )
    for (const query of ['limit=501', 'limit=0', 'after=x', 'from=yesterday', 'outcome=maybe', 'who=me']) {
      assert.equal((await world.local('GET', `/v1/audit-events?${query}`)).status, 400, query)
    }
    const { body } = await world.local('GET', `/v1/audit-events?actor=${admin.user.id}&operation=createService&outcome=done`)
    assert.equal(body.audit_events.length, 1)
  })

  const everyRecord = (): { readonly rows: readonly string[] } => {
    const other = new DatabaseSync(join(world.folder, 'data', 'countersign.db'), { readOnly: true })
    const rows = other.prepare('SELECT body FROM audit_record').all()
    other.close()
    return { rows: rows.map(({ body }) => String(body)) }
  }

  test('[J04] the chain of all of that verifies from a checkpoint, and no record holds a secret', async () => {
    const { body: checkpoint } = await world.local('GET', '/v1/audit-events/head')
    await world.service('late')
    const { body } = await world.local('POST', '/v1/audit-events/verify', { checkpoint })
    assert.deepEqual([body.intact, body.findings, body.checkpoint, body.head], [true, [], 'held', checkpoint.position + 1])
    const { rows } = everyRecord()
    assert.equal(rows.length, body.head)
    assert.ok(secrets.size > 30)
    for (const secret of secrets) assert.ok(!rows.some((row) => row.includes(secret)), 'a secret stands in a record')
    // Whatever looks like one of ours, or like a token.
    for (const row of rows) assert.doesNotMatch(row, /cs_(?!rt\b)[a-z]+_[A-Za-z0-9_-]{20}|eyJ[A-Za-z0-9_-]{10}|@example\.com/)
  })
})
