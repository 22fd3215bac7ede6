import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as real from '@serenity-kit/opaque'
import { AuthError } from 'countersign/core'
import { MasterSecret } from '../../signing/master-secret.ts'
import { loadOpaque, type OpaqueLibrary } from './opaque-library.ts'
import { OpaqueProtocol } from './opaque-protocol.ts'
import { formatOpaqueRecord, type OpaqueRecord, parseOpaqueRecord } from './opaque-record.ts'
import { serverSetups } from './server-setup.ts'

const PASSWORD = 'a long enough password'
const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 64, parallelism: 1 } } as const
const older = 'q3Lr9vYdT5wXz0KbNf8sJm1uHc7RgPe4AoIiUyTtxZ9wQ'
const newer = 'Wn6ZkVx2GjQy8Ds5LfMr0CbHt9PuEa3iOpKlJhGfbY7cR'
const secretOf = (...secrets: readonly string[]): MasterSecret => MasterSecret.parse(secrets.join(','))
const library: OpaqueLibrary = await loadOpaque()
const IDENTIFIER = 'AAAAAAAAAAAAAAAAAAAAAA'

function register(protocol: OpaqueProtocol, password: string = PASSWORD): OpaqueRecord {
  const { clientRegistrationState, registrationRequest } = real.client.startRegistration({ password })
  const { setup, registrationResponse } = protocol.respondToRegistration(IDENTIFIER, registrationRequest)
  const finished = real.client.finishRegistration({ password, clientRegistrationState, registrationResponse, keyStretching })
  return { setup, identifier: IDENTIFIER, registration: finished.registrationRecord }
}

/** What both sides have agreed on; undefined when one of them gave up. */
function agree(
  protocol: OpaqueProtocol,
  record: OpaqueRecord | undefined,
  isActive = true,
  password = PASSWORD,
): readonly string[] | undefined {
  const { clientLoginState, startLoginRequest } = real.client.startLogin({ password })
  const { login, loginResponse } = protocol.startLogin({ email: 'ann@example.org', record, isActive }, startLoginRequest)
  const finished = real.client.finishLogin({ password, clientLoginState, loginResponse, keyStretching })
  if (finished === undefined) return undefined
  const ours = protocol.finishLogin(login, finished.finishLoginRequest)
  return ours === undefined ? undefined : [ours, finished.sessionKey]
}

test('both sides agree on a key, another one each time, and only with the right password', () => {
  const protocol = new OpaqueProtocol(library, secretOf(older))
  const record = register(protocol)
  const [first, second] = [agree(protocol, record), agree(protocol, record)]
  assert.equal(first?.[0], first?.[1])
  assert.notEqual(first?.[0], second?.[0])
  assert.equal(agree(protocol, record, true, 'another password'), undefined)
  assert.equal(agree(protocol, record, false), undefined)
  assert.equal(agree(protocol, undefined), undefined)
})

test('a setup is the same on every server and after every restart, and says nothing of another', () => {
  const [mine, theirs] = [serverSetups(secretOf(older), library), serverSetups(secretOf(newer, older), library)]
  assert.deepEqual(mine[0], theirs[1])
  const record = register(new OpaqueProtocol(library, secretOf(older)))
  assert.notEqual(agree(new OpaqueProtocol(library, secretOf(newer, older)), record), undefined)
  const keys = theirs.map(({ text }) => library.server.getPublicKey(text))
  assert.equal(new Set(keys).size, 2)
})

test('without the secret that a record was made under nobody signs in with it', () => {
  const record = register(new OpaqueProtocol(library, secretOf(older)))
  assert.equal(agree(new OpaqueProtocol(library, secretOf(newer)), record), undefined)
  assert.equal(
    agree(new OpaqueProtocol(library, secretOf(newer)), { ...record, setup: serverSetups(secretOf(newer), library)[0]?.id ?? '' }),
    undefined,
  )
})

test('[I17] whomever a sign-in is about, the library does the same work', () => {
  const work: string[] = []
  const counting = new Proxy(library.server, {
    get: (server, name) => {
      work.push(String(name))
      return Reflect.get(server, name)
    },
  })
  const protocol = new OpaqueProtocol({ ...library, server: counting }, secretOf(older))
  const record = register(protocol)
  const { startLoginRequest } = real.client.startLogin({ password: PASSWORD })
  const works = [
    { record, isActive: true },
    { record, isActive: false },
    { record: undefined, isActive: true },
    { record: undefined, isActive: false },
    { record: { ...record, setup: 'gonegone' }, isActive: true },
  ].map((subject) => {
    work.length = 0
    const { login } = protocol.startLogin({ email: 'ann@example.org', ...subject }, startLoginRequest)
    assert.equal(protocol.finishLogin(login, 'A'.repeat(86)), undefined)
    return [...work]
  })
  for (const each of works) assert.deepEqual(each, ['startLogin', 'finishLogin'])
})

test('what is no message of the protocol is refused by its place, and nothing of it is repeated', () => {
  const protocol = new OpaqueProtocol(library, secretOf(older))
  const record = register(protocol)
  const refusedAt = (pointer: string) => (error: unknown) =>
    error instanceof AuthError && error.code === 'request_invalid' && error.detail['pointer'] === pointer && !error.message.includes('AAAA')
  assert.throws(() => protocol.respondToRegistration(IDENTIFIER, 'A'.repeat(43)), refusedAt('/registration_request'))
  const subject = { email: 'ann@example.org', record, isActive: true }
  assert.throws(() => protocol.startLogin(subject, 'A'.repeat(128)), refusedAt('/start_login_request'))
  assert.throws(() => protocol.requireUsable({ ...record, registration: '_'.repeat(256) }, '/x'), refusedAt('/x'))
  assert.throws(() => protocol.requireUsable({ ...record, setup: 'gonegone' }, '/x'), refusedAt('/registration'))
})

test('a record is read as it was written, and no other text is one', () => {
  const record = register(new OpaqueProtocol(library, secretOf(older)))
  const text = formatOpaqueRecord(record)
  assert.deepEqual(parseOpaqueRecord(text), record)
  for (const other of ['', '$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA', `${text}A`, text.replace('v=1', 'v=2')]) {
    assert.equal(parseOpaqueRecord(other), undefined)
  }
})

test('a server without the package says which one, and answers as one that does not offer it', async () => {
  const cause = new Error('no such package')
  await assert.rejects(
    loadOpaque(() => Promise.reject(cause)),
    (error) =>
      error instanceof AuthError &&
      error.code === 'not_found' &&
      String(error.detail['problem']).endsWith('npm install @serenity-kit/opaque') &&
      error.cause === cause,
  )
})
