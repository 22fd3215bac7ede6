import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, createVerifier } from 'countersign'
import { ForeignIssuer, SERVICE } from './foreign-issuer.ts'
import { patientPlatform, untilSaid } from './patience.ts'
import { ServerWorld } from './server-world.ts'

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type'
const RISC = 'https://schemas.openid.net/secevent/risc/event-type'
const AUDIENCE = 'https://auth.example'

interface Setting extends AsyncDisposable {
  readonly foreign: ForeignIssuer
  readonly world: ServerWorld
  /** Sends a token as RFC 8935 section 2.1 has it. */
  push(token: string, type?: string): Promise<{ readonly status: number; readonly err: string | undefined }>
  /** Where the log ends, by appending one more entry. */
  head(): Promise<number>
}

async function open(): Promise<Setting> {
  const foreign = await ForeignIssuer.open()
  const world = await ServerWorld.open({ securityEventTransmitters: [{ issuer: foreign.url, audience: AUDIENCE }] })
  return {
    foreign,
    world,
    async push(token, type = 'application/secevent+jwt') {
      const { status, body } = await world.ask('POST', '/v1/security-events', { body: token, headers: { 'content-type': type } })
      return { status, err: body?.err ?? body?.code }
    },
    async head() {
      const { body } = await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: 'usr_mark' } })
      return body.position
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await foreign.close()
    },
  }
}

type Row = readonly [what: string, type: string, subject: (iss: string) => object]
const complex = (iss: string): object => ({
  format: 'complex',
  user: { format: 'iss_sub', iss, sub: '248289761001' },
  session: { format: 'opaque', id: 'a-b-c' },
})
const user = (iss: string): object => ({ format: 'iss_sub', iss, sub: '248289761001' })
const ending: readonly Row[] = [
  ['a revoked session', `${CAEP}/session-revoked`, complex],
  ['all revoked sessions of a user', `${CAEP}/session-revoked`, user],
  ['a changed credential', `${CAEP}/credential-change`, user],
  ['changed claims', `${CAEP}/token-claims-change`, complex],
  ['a disabled account', `${RISC}/account-disabled`, user],
  [
    'a disabled account, as older senders have it',
    `${RISC}/account-disabled`,
    (iss) => ({ subject_type: 'iss-sub', iss, sub: '248289761001' }),
  ],
  ['an opaque subject', `${CAEP}/session-revoked`, () => ({ format: 'opaque', id: 'a-b-c' })],
  [
    'all sessions of an application',
    `${CAEP}/session-revoked`,
    () => ({ format: 'complex', application: { format: 'opaque', id: 'web' } }),
  ],
]

for (const [what, type, subject] of ending) {
  test(`[B41] told of ${what} by another issuer, we revoke its tokens at every service`, async () => {
    await using setting = await open()
    const { foreign, world, push } = setting
    const { credential } = await world.service()
    const issuers = [{ issuer: foreign.url, audience: SERVICE, algorithms: ['ES256'] as const, tokenType: 'jwt' as const }]
    const verifier = createVerifier({ issuer: world.url, audience: world.url, credential, issuers, platform: patientPlatform })
    await verifier.ready()
    const token = await foreign.token(Date.now() - 2000)
    const other = await foreign.token(Date.now() - 2000, { sub: 'bob', sid: 'd-e-f', jti: '2', azp: 'kiosk' })
    const verdict = async (each: string): Promise<string> => {
      try {
        return (await verifier.authenticate({ authorization: `Bearer ${each}` })).subject
      } catch (error) {
        if (error instanceof AuthError) return error.code
        throw error
      }
    }
    assert.equal(await verdict(token), '248289761001')
    const event = await foreign.securityEvent(Date.now(), { sub_id: subject(foreign.url), events: { [type]: { event_timestamp: 1 } } })
    assert.deepEqual(await push(event), { status: 202, err: undefined })
    await untilSaid('token_revoked', () => verdict(token))
    assert.equal(await verdict(other), 'bob')
    verifier.close()
  })
}

test('[B41] the same token twice revokes once; an event that ends nothing is taken and changes nothing', async () => {
  await using setting = await open()
  const { foreign, push, head } = setting
  const event = await foreign.securityEvent(Date.now(), { sub_id: user(foreign.url), events: { [`${CAEP}/credential-change`]: {} } })
  const before = await head()
  for (let turn = 0; turn < 3; turn++) assert.equal((await push(event)).status, 202)
  const verification = { 'https://schemas.openid.net/secevent/ssf/event-type/verification': { state: 'x' } }
  assert.equal((await push(await foreign.securityEvent(Date.now(), { events: verification }))).status, 202)
  assert.equal((await head()) - before, 2)
})

type Refused = readonly [what: string, make: (setting: Setting, thief: ForeignIssuer) => Promise<string>, err: string]
const events = { [`${CAEP}/session-revoked`]: {} }
const refused: readonly Refused[] = [
  [
    'of an issuer that is not configured',
    async ({ foreign }, thief) => thief.securityEvent(Date.now(), { sub_id: user(foreign.url), events }),
    'invalid_issuer',
  ],
  [
    'that somebody else has signed',
    async ({ foreign }, thief) => thief.securityEvent(Date.now(), { iss: foreign.url, sub_id: user(foreign.url), events }),
    'authentication_failed',
  ],
  [
    'for somebody else',
    async ({ foreign }) => foreign.securityEvent(Date.now(), { aud: 'https://elsewhere.example', sub_id: user(foreign.url), events }),
    'invalid_audience',
  ],
  [
    'about a user of another issuer',
    async ({ foreign }) => foreign.securityEvent(Date.now(), { sub_id: user('https://elsewhere.example'), events }),
    'invalid_request',
  ],
  [
    'about an e-mail address, which no token names',
    async ({ foreign }) => foreign.securityEvent(Date.now(), { sub_id: { format: 'email', email: 'a@b.c' }, events }),
    'invalid_request',
  ],
  [
    'about what narrows it to something that no token names',
    async ({ foreign }) =>
      foreign.securityEvent(Date.now(), {
        sub_id: { format: 'complex', tenant: { format: 'uri', uri: foreign.url }, device: { format: 'opaque', id: 'd' } },
        events,
      }),
    'invalid_request',
  ],
  [
    'about a tenant that is not the issuer',
    async ({ foreign }) =>
      foreign.securityEvent(Date.now(), {
        sub_id: { format: 'complex', tenant: { format: 'uri', uri: 'https://elsewhere.example' } },
        events,
      }),
    'invalid_request',
  ],
  ['about nobody', async ({ foreign }) => foreign.securityEvent(Date.now(), { events }), 'invalid_request'],
  [
    'that is a month old',
    async ({ foreign }) => foreign.securityEvent(Date.now() - 2_592_000_000, { sub_id: user(foreign.url), events }),
    'invalid_request',
  ],
  ['that is an access token', async ({ foreign }) => foreign.token(Date.now(), { aud: AUDIENCE, events }), 'invalid_request'],
  ['without events', async ({ foreign }) => foreign.securityEvent(Date.now(), { sub_id: user(foreign.url) }), 'invalid_request'],
  ['that is none', async () => 'not a token', 'invalid_request'],
]

for (const [what, make, err] of refused) {
  test(`[B41] a security event token ${what} is refused as ${err}, and revokes nothing`, async () => {
    await using setting = await open()
    await using thief = await ForeignIssuer.open('/thief')
    const before = await setting.head()
    assert.deepEqual(await setting.push(await make(setting, thief)), { status: 400, err })
    assert.equal((await setting.head()) - before, 1)
  })
}

test('[B41] [I03] what cannot be verified at the moment is not acknowledged: the transmitter sends it again', async () => {
  await using setting = await open()
  const { foreign, push } = setting
  foreign.answering = 'error'
  const event = await foreign.securityEvent(Date.now(), { sub_id: user(foreign.url), events })
  assert.deepEqual(await push(event), { status: 503, err: 'unavailable' })
})

test('security events are taken as what they are, and only where a transmitter is configured', async () => {
  await using setting = await open()
  const event = await setting.foreign.securityEvent(Date.now(), { sub_id: user(setting.foreign.url), events })
  assert.equal((await setting.push(event, 'application/json')).status, 415)
  assert.equal((await setting.push('x'.repeat(70_000))).status, 413)
  await using world = await ServerWorld.open()
  const { status } = await world.ask('POST', '/v1/security-events', {
    body: event,
    headers: { 'content-type': 'application/secevent+jwt' },
  })
  assert.equal(status, 404)
})
