// F01-F04: a server that dies in the middle of a refresh, a revocation, a password change, a key rotation. What it had
// acknowledged holds after the restart; what it had not is wholly there or wholly not.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { CrashingServer, type Reply } from './crashing-server.ts'

const rounds = 4
const parallel = 6
const password = 'a-long-walk-on-the-beach'

interface Person {
  readonly email: string
  readonly id: string
  readonly access: string
  readonly refresh: string
  readonly session: string
}

/** Undefined: the answer was lost. */
type Outcome = Reply | undefined

suite('a server killed with SIGKILL', () => {
  let server: CrashingServer
  let count = 0

  before(async () => {
    server = await CrashingServer.start()
    await server.createAdministrator('admin@crash.example', password)
  })
  after(() => server[Symbol.asyncDispose]())

  async function signIn(email: string, withPassword = password): Promise<Reply> {
    return server.send('POST', '/v1/sessions', { body: { email, password: withPassword } })
  }

  async function person(): Promise<Person> {
    const email = `person-${count++}@crash.example`
    const created = await server.send('POST', '/v1/users', { body: { email, password } })
    assert.equal(created.status, 201)
    return signedIn(email, await signIn(email))
  }

  const administrator = async (): Promise<Person> => signedIn('admin@crash.example', await signIn('admin@crash.example'))
  const people = (): Promise<readonly Person[]> => Promise.all(Array.from({ length: parallel }, person))
  const isAccepted = async (access: string): Promise<boolean> => (await server.send('GET', '/v1/me', { token: access })).status === 200
  const refresh = (token: string, key: string): Promise<Reply> =>
    server.send('POST', '/v1/sessions/refresh', { body: { refresh_token: token }, headers: { 'idempotency-key': key } })

  /** Sends everything at once and kills the server when `turns` turns of the event loop have passed. */
  async function crashDuring(requests: readonly Promise<Reply>[], turns: number): Promise<readonly Outcome[]> {
    const outcomes = Promise.all(requests.map((request) => request.catch(() => undefined)))
    for (let passed = 0; passed < turns; passed++) await turn()
    await server.crash()
    return outcomes
  }

  /** From "hardly sent" to "mostly answered". */
  const momentOf = (round: number): number => 30 * round ** 3

  test('[B23] [I10] F01: in mid refresh: exactly one successor lives, and it is the one that was acknowledged', async () => {
    for (let round = 0; round < rounds; round++) {
      const all = await people()
      const outcomes = await crashDuring(
        all.map(({ refresh: token }, at) => refresh(token, `key-of-round-${round}-person-${at}`)),
        momentOf(round),
      )
      for (const [at, { refresh: token }] of all.entries()) {
        const retried = await refresh(token, `key-of-round-${round}-person-${at}`)
        assert.equal(retried.status, 200, `round ${round}: the owner may repeat what was not answered`)
        const answered = outcomes[at]
        if (answered !== undefined) assert.equal(retried.body['refresh_token'], answered.body['refresh_token'])
        const next = await refresh(String(retried.body['refresh_token']), 'another-key-for-the-next-rotation')
        assert.equal(next.status, 200)
        assert.notEqual(next.body['refresh_token'], retried.body['refresh_token'])
      }
    }
  })

  test('[B08] [I02] F02: in mid revocation: an acknowledged one holds, another is whole or not there', async () => {
    for (let round = 0; round < rounds; round++) {
      const all = await people()
      const { access } = await administrator()
      const outcomes = await crashDuring(
        all.map(({ session }) =>
          server.send('POST', '/v1/revocations', { token: access, body: { target: { kind: 'session', id: session } } }),
        ),
        momentOf(round),
      )
      for (const [at, one] of all.entries()) {
        const tokenLives = await isAccepted(one.access)
        const sessionLives = (await refresh(one.refresh, 'a-key-for-after-the-crash')).status === 200
        assert.equal(tokenLives, sessionLives, `round ${round}: token and session share one fate`)
        if (outcomes[at] !== undefined) assert.equal(tokenLives, false, `round ${round}: acknowledged, so dead`)
      }
    }
  })

  test('[B05] [I09] F03: in mid key rotation: no valid token is refused, and its key is published', async () => {
    for (let round = 0; round < rounds; round++) {
      const all = await people()
      const { access } = await administrator()
      const rotations = Array.from({ length: 3 }, () => server.send('POST', '/v1/signing-keys/rotate', { token: access, body: {} }))
      const refreshed = await crashDuring(
        [...all.map(({ refresh: token }, at) => refresh(token, `rotation-key-${round}-${at}`)), ...rotations],
        momentOf(round),
      )
      const issued = [
        ...all.map(({ access }) => access),
        ...refreshed.slice(0, parallel).flatMap((reply) => (reply === undefined ? [] : [String(reply.body['access_token'])])),
      ]
      const published = (await server.send('GET', '/.well-known/jwks.json')).body['keys'] as readonly { kid: string }[]
      for (const token of issued) {
        assert.equal(await isAccepted(token), true, `round ${round}: a valid token is refused`)
        assert.ok(published.some(({ kid }) => kid === kidOf(token)))
      }
    }
  })

  test('[J04] [I15] in mid change: each is there with its record, or neither is, and the chain holds', async () => {
    const emails = Array.from({ length: 4 * parallel }, (_, at) => `record-${at}@crash.example`)
    await crashDuring(
      emails.map((email) => server.send('POST', '/v1/users', { body: { email, password } })),
      momentOf(1),
    )
    const { access: token } = await administrator()
    const { users } = (await server.send('GET', '/v1/users?limit=200', { token })).body as { readonly users: readonly { id: string }[] }
    const { body } = await server.send('GET', '/v1/audit-events?limit=500&operation=createUser', { token })
    const recorded = (body['audit_events'] as readonly { target: { id: string } }[]).map(({ target }) => target.id)
    assert.deepEqual(recorded.toSorted(), users.map(({ id }) => id).toSorted())
    const verified = await server.send('POST', '/v1/audit-events/verify', { token, body: {} })
    assert.deepEqual([verified.body['intact'], verified.body['findings']], [true, []])
  })

  test('[B11] [I02] F04: in mid password change: the old password or the new one counts, never both, and old sessions follow it', async () => {
    for (let round = 0; round < rounds; round++) {
      const all = await people()
      const others = await Promise.all(all.map(async ({ email }) => signedIn(email, await signIn(email))))
      const changed = `another-long-walk-${round}`
      const outcomes = await crashDuring(
        all.map(({ access }) =>
          server.send('PUT', '/v1/me/password', { token: access, body: { current_password: password, new_password: changed } }),
        ),
        momentOf(round),
      )
      for (const [at, one] of all.entries()) {
        const other = others[at]
        assert.ok(other !== undefined)
        const oldCounts = (await signIn(one.email)).status === 201
        const newCounts = (await signIn(one.email, changed)).status === 201
        assert.notEqual(oldCounts, newCounts, `round ${round}: one password counts`)
        assert.equal(await isAccepted(other.access), oldCounts, `round ${round}: the other session's token follows the password`)
        assert.equal((await refresh(other.refresh, 'a-key-for-the-other-session')).status === 200, oldCounts)
        if (outcomes[at] !== undefined) assert.equal(newCounts, true, `round ${round}: acknowledged, so changed`)
      }
    }
  })
})

function signedIn(email: string, { status, body }: Reply): Person {
  assert.equal(status, 201)
  const user = body['user'] as { id: string }
  const session = body['session'] as { id: string }
  return { email, id: user.id, access: String(body['access_token']), refresh: String(body['refresh_token']), session: session.id }
}

const kidOf = (token: string): string => (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid
