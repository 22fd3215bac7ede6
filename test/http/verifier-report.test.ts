import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createVerifier } from 'countersign'
import { systemClock, systemPlatform } from 'countersign/core'
import { newMasterSecret } from '../../packages/server/src/signing/master-secret.ts'
import { start } from '../../tool/child.ts'
import { runHere } from '../cli/cli-process.ts'
import { until } from './patience.ts'
import { ServerWorld } from './server-world.ts'

const INSTANCE = 'AAAAAAAAAAAAAAAAAAAAAA'

const report = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  instance: INSTANCE,
  feed: 'sse',
  state: 'fresh',
  position: 0,
  age_ms: 412,
  every_ms: 10_000,
  sent_ms: 1234.5,
  ...change,
})

suite('what verifiers report', () => {
  /** The wall clock of the server is so far ahead. */
  let aheadMs = 0
  let world: ServerWorld
  before(async () => {
    const clock = { ...systemClock, now: () => systemClock.now() + aheadMs }
    world = await ServerWorld.open({ database: 'memory:', secret: newMasterSecret(systemPlatform.random) }, { ...systemPlatform, clock })
  })
  after(() => world[Symbol.asyncDispose]())

  const send = async (credential: string, body: unknown): Promise<{ readonly status: number; readonly code: string | undefined }> => {
    const { status, body: answer } = await world.ask('POST', '/v1/verifier-reports', { token: credential, body })
    return { status, code: answer?.code }
  }
  /** Of one service. */
  // biome-ignore lint/suspicious/noExplicitAny: held against its schema by the world
  const listed = async (service: string): Promise<any[]> =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    (await world.local('GET', '/v1/verifiers')).body.verifiers.filter((each: any) => each.service.id === service)

  test('a verifier that has reported is listed, with what it has said and how far behind the log it is', async () => {
    const { id, credential } = await world.service('orders')
    const { body: entry } = await world.local('POST', '/v1/revocations', { target: { kind: 'token', id: 'jti' } })
    assert.equal((await send(credential, report({ name: 'orders-7', state: 'grace', position: entry.position - 1 }))).status, 200)
    const { reported_at: reportedAt, ...shown } = (await listed(id))[0]
    assert.deepEqual(shown, {
      service: { id, name: 'orders' },
      instance: INSTANCE,
      name: 'orders-7',
      state: 'grace',
      position: entry.position - 1,
      behind: 1,
      age_ms: 412,
      feed: 'sse',
    })
    assert.ok(Math.abs(Date.parse(reportedAt) - systemClock.now() - aheadMs) < 60_000)
    assert.equal((await world.local('GET', '/v1/verifiers')).body.head.position, entry.position)
    const boss = await world.person(['admin'])
    const environment = { COUNTERSIGN_URL: world.url, COUNTERSIGN_TOKEN: boss.access_token }
    assert.match((await runHere(['verifiers', 'list'], environment)).out, /^orders +orders-7 +grace +0\.4 s +1 /m)
    assert.equal(JSON.parse((await runHere(['verifiers', 'list', '--json'], environment)).out)[0].name, 'orders-7')
    const metrics = (await world.local('GET', '/metrics')).text
    assert.match(metrics, /^countersign_verifiers\{state="grace"\} 1$/m)
  })

  test('whatever else stands in a report, it is refused', async () => {
    const { id, credential } = await world.service('strict')
    const applied = (...groups: readonly unknown[]): Record<string, unknown> => report({ applied: groups })
    const group = { after: 0, position: 1, held_ms: 0.5 }
    const wrong: readonly unknown[] = [
      undefined,
      '',
      '{',
      'null',
      [],
      {},
      report({ instance: undefined }),
      report({ instance: 'short' }),
      report({ instance: `${INSTANCE}A` }),
      report({ instance: 'AAAAAAAAAAAAAAAAAAAAA/' }),
      report({ instance: 7 }),
      report({ name: '' }),
      report({ name: 'n'.repeat(101) }),
      report({ name: 'two\nlines' }),
      report({ name: 'two\u2028lines' }),
      report({ name: 'orders\u202e7-' }),
      report({ name: null }),
      report({ feed: 'carrier pigeon' }),
      report({ state: 'silent' }),
      report({ state: ['fresh'] }),
      report({ position: -1 }),
      report({ position: 1.5 }),
      report({ position: 2 ** 53 }),
      report({ position: '1' }),
      report({ age_ms: -1 }),
      report({ age_ms: 0.5 }),
      report({ age_ms: undefined }),
      report({ every_ms: 999 }),
      report({ every_ms: 300_001 }),
      report({ sent_ms: undefined }),
      report({ sent_ms: -0.1 }),
      report({ sent_ms: 1e14 }),
      report({ service: id }),
      report({ reported_at: '2030-01-01T00:00:00Z' }),
      report({ applied: {} }),
      applied({ ...group, held_ms: -0.001 }),
      applied({ ...group, held_ms: '1' }),
      applied({ ...group, held_ms: null }),
      applied({ ...group, after: 1 }),
      applied({ ...group, after: -1 }),
      applied({ ...group, position: 0 }),
      applied({ ...group, more: 1 }),
      applied(...Array.from({ length: 33 }, (_, n) => ({ ...group, after: n, position: n + 1 }))),
      '{"instance":"AAAAAAAAAAAAAAAAAAAAAA","instance":"AAAAAAAAAAAAAAAAAAAAAA"}',
    ]
    for (const body of wrong) {
      const { status, code } = await send(credential, body)
      assert.ok(status === 400 || status === 415 || status === 422, `${JSON.stringify(body)}: ${status} ${code}`)
    }
    assert.equal((await send(credential, report({ name: 'n'.repeat(2 ** 21) }))).status, 413)
    assert.deepEqual(await listed(id), [])
    assert.equal((await send(credential, applied(group))).status, 200)
  })

  test('only a service reports, only an operator reads; nobody else’s credential is good, and none that was removed', async () => {
    const { id, credential } = await world.service('mortal')
    const ann = await world.person()
    const boss = await world.person(['admin'])
    assert.equal((await world.ask('POST', '/v1/verifier-reports', { body: report() })).body.code, 'credential_missing')
    for (const token of [ann.access_token, boss.access_token, `${credential.slice(0, -1)}${credential.endsWith('A') ? 'B' : 'A'}`]) {
      assert.equal((await send(token, report())).status, 401)
    }
    for (const path of ['/v1/verifiers', '/v1/verifiers/propagation']) {
      assert.equal((await world.ask('GET', path)).status, 401)
      assert.equal((await world.ask('GET', path, { token: ann.access_token })).status, 403)
      assert.equal((await world.ask('GET', path, { token: credential })).status, 401)
      assert.equal((await world.ask('GET', path, { token: boss.access_token })).status, 200)
    }
    assert.equal((await send(credential, report())).status, 200)
    assert.equal((await listed(id)).length, 1)
    assert.equal((await world.local('DELETE', `/v1/services/${id}`)).status, 204)
    assert.deepEqual(await send(credential, report()), { status: 401, code: 'token_invalid' })
    assert.deepEqual(await listed(id), [])
  })

  test('a service cannot speak for a verifier of another one', async () => {
    const [one, other] = [await world.service('one'), await world.service('other')]
    await send(one.credential, report({ name: 'true' }))
    await send(other.credential, report({ name: 'false', state: 'stale' }))
    assert.deepEqual(
      (await listed(one.id)).map(({ name, state }) => [name, state]),
      [['true', 'fresh']],
    )
  })

  test('of the propagation an hour can be asked for at most, in whole minutes', async () => {
    for (const minutes of ['0', '61', '1.5', '-1', 'x', '']) {
      assert.equal((await world.local('GET', `/v1/verifiers/propagation?minutes=${minutes}`)).status, 400, minutes)
    }
    assert.equal((await world.local('GET', '/v1/verifiers/propagation?hours=1')).status, 400)
  })

  test('[J02] what a service in another process has refused is measured from the commit on, and once it has ended it is silent', async () => {
    const { id, credential } = await world.service('far')
    const ann = await world.person()
    const file = fileURLToPath(new URL('./reporting-process.ts', import.meta.url))
    const child = await start(file, [], { ISSUER: world.url, CREDENTIAL: credential, NAME: 'far-1' })
    try {
      await until('the verifier is listed fresh', async () => {
        const [first] = await listed(id)
        return first?.name === 'far-1' && first.state === 'fresh' && first.behind === 0
      })
      const begunMs = performance.now()
      const { status } = await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: ann.user.id } })
      assert.equal(status, 201)
      const propagation = async () => (await world.local('GET', '/v1/revocations?limit=1')).body.revocations[0].propagation
      await until('the revocation is told of', async () => (await propagation()) !== undefined)
      const takenMs = performance.now() - begunMs
      const { verifiers, median_ms: medianMs, slowest_ms: slowestMs } = await propagation()
      assert.equal(verifiers, 1)
      // Less than from before the revocation until now; and not nothing.
      assert.ok(slowestMs > 0 && slowestMs < takenMs, `${slowestMs} of ${takenMs} ms`)
      assert.ok(medianMs > 0 && medianMs <= slowestMs)
      const answer = await fetch(`${child.url}/orders`, { headers: { authorization: `Bearer ${ann.access_token}` } })
      assert.equal(answer.status, 401)
      const { body } = await world.local('GET', '/v1/verifiers/propagation')
      assert.ok(body.samples >= 1 && body.slowest_ms >= body.p99_ms && body.p99_ms >= body.median_ms && body.median_ms > 0)
      assert.equal(
        body.minutes.reduce((sum: number, minute: { samples: number }) => sum + minute.samples, 0),
        body.samples,
      )
    } finally {
      await child.kill('SIGKILL')
    }
    assert.equal((await listed(id))[0].state, 'fresh')
    aheadMs += 60_000
    assert.equal((await listed(id))[0].state, 'silent')
    aheadMs += 600_000
    assert.deepEqual(await listed(id), [])
  })

  test('a verifier may be told to say nothing, and one that is closed says nothing more', async () => {
    const { id, credential } = await world.service('quiet')
    const options = { issuer: world.url, audience: world.url, credential }
    const silent = createVerifier({ ...options, report: false })
    const speaking = createVerifier(options)
    try {
      await Promise.all([silent.ready(), speaking.ready()])
      await until('it is heard of', async () => (await listed(id)).length > 0)
      await until('it knows that it was heard', () => speaking.status().reports.sent > 0)
      const [shown, ...others] = await listed(id)
      assert.deepEqual([shown.name, shown.feed, others], [null, 'sse', []])
      assert.deepEqual(silent.status().reports, { sent: 0, failed: 0 })
    } finally {
      silent.close()
      speaking.close()
    }
  })
})

test('what a verifier may tell of itself is checked when it is made', () => {
  const options = { issuer: 'https://issuer.example', audience: 'us', credential: 'cs_svc_x' }
  for (const [report, mistake] of [
    [{ everySeconds: 0.5 }, /report: everySeconds must be from 1 to 300/],
    [{ everySeconds: Number.NaN }, /report: everySeconds/],
    [{ name: '' }, /report: name must have/],
    [{ name: 'a\u0000' }, /report: name must have/],
    [{ name: 'a\u2066b' }, /report: name must have/],
    [{ host: 'x' }, /report: host is not an option/],
    [true, /report: must be false, or an object/],
  ] as const) {
    // biome-ignore lint/suspicious/noExplicitAny: what JavaScript can pass
    assert.throws(() => createVerifier({ ...options, report: report as any }), mistake)
  }
})
