import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'

const DJANGO = 'pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c='
const BCRYPT = '$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i'

const errorsOf = ({ status, body }: Reply): readonly string[] => {
  assert.equal(status, 400)
  assert.equal(body.code, 'request_invalid')
  return body.errors.map(({ pointer, detail }: { pointer: string; detail: string }) => `${pointer} ${detail}`)
}

suite('passwords', () => {
  let world: ServerWorld
  before(async () => {
    world = await ServerWorld.open({ passwordWords: 'Acme Rockets' })
  })
  after(() => world[Symbol.asyncDispose]())

  const signUp = (password: string, email = 'ann.lovelace@example.com') =>
    world.ask('POST', '/v1/users', { body: { email, password, name: 'Ann Byron' } })

  test('[H01] a sign-up says which rule a password breaks, and does not repeat it', async () => {
    const cases: ReadonlyArray<readonly [password: string, rule: string]> = [
      ['seven77', 'must have 8 to 256 characters'],
      ['x'.repeat(257), 'must have 8 to 256 characters'],
      ['abcdefghij', 'must not be a repetition or a sequence'],
      ['Iloveyou', 'is one of the most common passwords'],
      ['LovelaceByron', 'must still have 8 characters without your name, your address and the name of this service'],
      ['countersign!', 'must still have 8 characters without your name, your address and the name of this service'],
      ['rockets.acme', 'must still have 8 characters without your name, your address and the name of this service'],
    ]
    for (const [password, rule] of cases) {
      const answer = await signUp(password)
      assert.deepEqual(errorsOf(answer), [`/password ${rule}`], password)
      assert.ok(!answer.text.includes(password))
    }
    assert.ok(!world.lines.some((line) => cases.some(([password]) => line.includes(password))))
  })

  test('[H01] any characters make a password, and 64 of them do too', async () => {
    for (const [index, password] of ['58203917', '   drei Wörter   ', '😀🚀🐳🌵🍉🎻🧊🪐', 'qjxv'.repeat(15) + 'tail'].entries()) {
      const email = `p${index}@example.com`
      assert.equal((await signUp(password, email)).status, 201, password)
      await world.signIn(email, password)
      assert.equal((await world.ask('POST', '/v1/sessions', { body: { email, password: `${password} ` } })).status, 401)
    }
  })

  test('[H01] a change of the password keeps the same rules, and needs the current one', async () => {
    const { access_token: token } = await world.person()
    const change = (current_password: string, new_password: string) =>
      world.ask('PUT', '/v1/me/password', { token, body: { current_password, new_password } })
    assert.deepEqual(errorsOf(await change(PASSWORD, 'Iloveyou')), ['/new_password is one of the most common passwords'])
    assert.equal((await change('wrong horse', 'another horse battery')).body.code, 'credentials_invalid')
    assert.equal((await change(PASSWORD, 'another horse battery')).status, 200)
  })

  test('[H01] the set-up page’s administrator gets no weaker one', async () => {
    await using other = await ServerWorld.open()
    const token = (await other.running.countersign.offerSetup())?.split('#')[1]
    const setUp = (password: string) => other.ask('POST', '/v1/setup', { body: { token, email: 'root@example.com', password } })
    assert.deepEqual(errorsOf(await setUp('Iloveyou')), ['/password is one of the most common passwords'])
    assert.equal((await setUp(PASSWORD)).status, 201)
  })

  test('[H01] an operator brings accounts with their hashes from elsewhere; the first sign-in makes the hash ours, and ends nothing', async () => {
    const token = (await world.person(['admin'])).access_token
    for (const [email, password_hash, password] of [
      ['django@example.com', DJANGO, 'lètmein'],
      ['bcrypt@example.com', BCRYPT, 'abc'],
    ] as const) {
      const { status, body } = await world.ask('POST', '/v1/users', { token, body: { email, password_hash, roles: ['staff'] } })
      assert.equal(status, 201)
      assert.equal((await world.ask('POST', '/v1/sessions', { body: { email, password: `${password}x` } })).status, 401)
      const first = await world.signIn(email, password)
      assert.equal(first.user.id, body.user.id)
      await world.signIn(email, password)
      assert.equal(await world.verdictOn(first.access_token), '200')
      assert.equal(await world.refreshVerdictOn(first.refresh_token), '200')
    }
    assert.ok(!world.lines.some((line) => line.includes(BCRYPT.slice(10)) || line.includes(DJANGO.slice(30))))
  })

  test('[H01] a foreign hash is an operator’s to bring, stands alone, is told why it is refused, and can be tried without effect', async () => {
    const body = { email: 'dry@example.com', password_hash: DJANGO }
    assert.equal((await world.ask('POST', '/v1/users', { body })).status, 401)
    const token = (await world.person()).access_token
    assert.equal((await world.ask('POST', '/v1/users', { token, body })).status, 403)
    const both = await world.local('POST', '/v1/users', { ...body, password: PASSWORD })
    assert.deepEqual(errorsOf(both), ['/password_hash must not stand beside password'])
    for (const password_hash of [
      'plain',
      '$2b$31$.....................................................',
      'scrypt$x$1099511627776$8$1$AAAA',
    ]) {
      const answer = await world.local('POST', '/v1/users', { ...body, password_hash })
      assert.deepEqual(errorsOf(answer), ['/password_hash is in no form that can be imported, or costs more than a check may'])
      assert.ok(!answer.text.includes(password_hash))
    }
    const dry = { ...body, dry_run: true }
    assert.equal((await world.local('POST', '/v1/users', dry)).status, 204)
    assert.equal((await world.local('POST', '/v1/users', body)).status, 201)
    assert.equal((await world.local('POST', '/v1/users', dry)).body.code, 'email_taken')
    const clear = await world.local('POST', '/v1/users', { email: 'e@example.com', password: PASSWORD, dry_run: true })
    assert.deepEqual(errorsOf(clear), ['/dry_run goes with password_hash only'])
  })
})

test('[H01] a raised cost reaches a password at its next sign-in, and the sessions from before go on', async () => {
  const cheap = await ServerWorld.open()
  const { email, ...signedIn } = await cheap.person()
  await cheap.stop()
  await using world = await ServerWorld.openIn(cheap.folder, { passwordPasses: 4, issuer: cheap.url })
  await world.signIn(email)
  assert.equal(await world.verdictOn(signedIn.access_token), '200')
  using database = new DatabaseSync(join(cheap.folder, 'data', 'countersign.db'), { readOnly: true })
  const row = database.prepare('SELECT password_hash, password_generation FROM user').get()
  assert.match(String(row?.['password_hash']), /t=4/)
  assert.equal(row?.['password_generation'], 1)
})

/** Answers as the range API does: the suffixes of one range, for every range. */
async function rangeServer(
  suffixes: () => string | undefined,
): Promise<AsyncDisposable & { readonly url: string; readonly asked: readonly string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const body = suffixes()
    response.writeHead(body === undefined ? 500 : 200).end(body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo // it listens
  const stop = (): Promise<void> => new Promise((stopped) => (server.closeAllConnections(), server.close(() => stopped())))
  return { url: `http://127.0.0.1:${port}/range`, asked, [Symbol.asyncDispose]: stop }
}

test('[H01] a breached password is refused by the list that was configured; while that is down, the named choice decides', async () => {
  const breached = 'vqkz mwxh jrtp'
  const digest = hash('sha1', breached, 'hex').toUpperCase()
  let answer: string | undefined = `${digest.slice(5)}:3`
  await using ranges = await rangeServer(() => answer)
  const { url, asked } = ranges
  await using accepting = await ServerWorld.open({ breachedPasswordsUrl: url })
  await using refusing = await ServerWorld.open({ breachedPasswordsUrl: url, breachedPasswordsOutage: 'refuse' })
  const signUp = (world: ServerWorld, password: string) =>
    world.ask('POST', '/v1/users', { body: { email: `${password.length}@example.com`, password } })
  assert.deepEqual(errorsOf(await signUp(accepting, breached)), ['/password is known from a data breach'])
  assert.deepEqual(asked, [`/range/${digest.slice(0, 5)}`])
  assert.equal((await signUp(refusing, PASSWORD)).status, 201)
  answer = undefined
  assert.equal((await signUp(accepting, PASSWORD)).status, 201)
  assert.ok(accepting.lines.some((line) => line.includes('could not be asked') && !line.includes(PASSWORD)))
  const unavailable = await signUp(refusing, `${PASSWORD} staple`)
  assert.deepEqual([unavailable.status, unavailable.body.code, unavailable.headers.get('retry-after')], [503, 'overloaded', '1'])
})

test('[H01] [I13] a flood of sign-ins is shed with 503 and Retry-After, and what hashes no password is answered meanwhile', async () => {
  await using world = await ServerWorld.open({ passwordMemoryKib: 19_456, passwordPasses: 2, signInAddressAttempts: 1000 })
  const attempt = (n: number) => world.ask('POST', '/v1/sessions', { body: { email: `nobody${n}@example.com`, password: 'some password' } })
  const flood = Array.from({ length: 150 }, (_, n) => attempt(n))
  assert.equal((await world.ask('GET', '/healthz')).status, 200)
  const answers = await Promise.all(flood)
  const shed = answers.filter(({ status }) => status === 503)
  assert.ok(shed.length > 0)
  assert.ok(shed.every(({ body, headers }) => body.code === 'overloaded' && headers.get('retry-after') === '1'))
  assert.ok(answers.every(({ status }) => status === 503 || status === 401))
})
