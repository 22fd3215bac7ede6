import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, systemRandom } from 'countersign/core'
import { type Domain, device, openDomain, PASSWORD, START, strangeId, TOKEN_LIFE_SECONDS } from '../account/contract/domain.ts'
import { newMasterSecret } from '../signing/master-secret.ts'
import type { SignedIn } from './session-tokens.ts'

const refused =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof AuthError && error.code === code

/** A domain with one user who is signed in. */
async function signedInDomain(
  options: Parameters<typeof openDomain>[0] = {},
): Promise<{ readonly domain: Domain; readonly first: SignedIn }> {
  const domain = await openDomain(options)
  await domain.addUser()
  return { domain, first: await domain.signIn() }
}

const refresh = ({ sessions }: Domain, from: SignedIn, idempotencyKey?: string, userAgent?: string): Promise<SignedIn> =>
  sessions.refresh({
    refreshToken: from.refreshToken,
    device: device(userAgent),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  })

test('[C01] a sign-in answers with both tokens, the session and the user at once', async () => {
  const { domain, first } = await signedInDomain()
  assert.equal(first.expiresInSeconds, TOKEN_LIFE_SECONDS)
  assert.equal(first.subject.email, 'ann@example.org')
  assert.deepEqual(await domain.sessions.list(first.session.user), [first.session])
  assert.deepEqual(
    domain.events.map(({ type }) => type),
    ['signed_in'],
  )
})

test('the access token carries the profile: who, for whom, which session, which position of the log', async () => {
  const domain = await openDomain({ roleScopes: { staff: ['orders:read', 'orders:write'], audit: ['orders:read'] } })
  const user = await domain.addUser('ann@example.org', ['staff', 'audit', 'other'])
  const signedIn = await domain.signIn()
  const { jti, login, ...claims } = domain.claimsOf(signedIn)
  assert.match(jti, /^jti_/)
  assert.match(login ?? '', /^[\w-]{4}\.[\w-]{4}$/)
  assert.deepEqual(claims, {
    iss: 'https://auth.example',
    sub: user.id,
    aud: 'https://auth.example',
    client_id: 'first-party',
    iat: START / 1000,
    exp: START / 1000 + TOKEN_LIFE_SECONDS,
    sid: signedIn.session.id,
    rev: (await domain.store.log.head()).position,
    scope: 'orders:read orders:write',
    roles: ['staff', 'audit', 'other'],
    auth_time: START / 1000,
    amr: ['pwd'],
  })
})

test('[B03] a refresh rotates the token, and never moves the moment of authentication', async () => {
  const { domain, first } = await signedInDomain()
  domain.clock.advance(60_000)
  const second = await refresh(domain, first)
  assert.notEqual(second.refreshToken, first.refreshToken)
  assert.equal(second.session.generation, first.session.generation + 1)
  assert.equal(domain.claimsOf(second).auth_time, START / 1000)
  assert.equal(domain.claimsOf(second).iat, START / 1000 + 60)
})

test('[B23] [C05] [I01] 50 concurrent refreshes of one token make one rotation and all get the same successor', async () => {
  const { domain, first } = await signedInDomain()
  const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(domain, first)))
  assert.equal(new Set(answers.map(({ refreshToken }) => refreshToken)).size, 1)
  assert.equal((await domain.sessions.find(first.session.id))?.generation, first.session.generation + 1)
  for (const answer of answers) assert.equal(domain.claimsOf(answer).sid, first.session.id)
  assert.notEqual((await refresh(domain, answers[0] as SignedIn)).refreshToken, first.refreshToken)
})

test('[I10] within the overlap the token before yields the same successor again, and nothing changes', async () => {
  const { domain, first } = await signedInDomain()
  const second = await refresh(domain, first)
  const before = await domain.sessions.find(first.session.id)
  domain.clock.advance(10_000)
  assert.equal((await refresh(domain, first)).refreshToken, second.refreshToken)
  assert.deepEqual(await domain.sessions.find(first.session.id), before)
})

const thefts: ReadonlyArray<readonly [name: string, steal: (domain: Domain, first: SignedIn) => Promise<unknown>]> = [
  [
    'is two generations old',
    async (domain, first) => {
      await refresh(domain, await refresh(domain, first))
      return refresh(domain, first)
    },
  ],
  [
    'comes back after the overlap',
    async (domain, first) => {
      await refresh(domain, first)
      domain.clock.advance(10_001)
      return refresh(domain, first)
    },
  ],
  [
    'comes back from another browser within the overlap',
    async (domain, first) => {
      await refresh(domain, first)
      return refresh(domain, first, undefined, 'Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0')
    },
  ],
  [
    'comes back late with another idempotency key',
    async (domain, first) => {
      await refresh(domain, first, 'the one that won')
      domain.clock.advance(3_600_000)
      return refresh(domain, first, 'another one')
    },
  ],
  [
    'comes back late with an idempotency key when the rotation had none',
    async (domain, first) => {
      await refresh(domain, first)
      domain.clock.advance(3_600_000)
      return refresh(domain, first, 'made up')
    },
  ],
  [
    'comes back two generations old with the right idempotency key',
    async (domain, first) => {
      await refresh(domain, await refresh(domain, first, 'key'), 'key')
      return refresh(domain, first, 'key')
    },
  ],
  [
    'comes back after the clock was set back by five minutes',
    async (domain, first) => {
      await refresh(domain, first)
      domain.clock.stepWall(-300_000)
      return refresh(domain, first)
    },
  ],
]
for (const [name, steal] of thefts) {
  test(`[B23] a refresh token that ${name} is theft: the session ends, hard, and this is told once`, async () => {
    const { domain, first } = await signedInDomain()
    const head = await domain.store.log.head()
    await assert.rejects(steal(domain, first), refused('refresh_reused'))
    assert.equal(await domain.sessions.find(first.session.id), undefined)
    const entries = await domain.store.log.entriesAfter(head.position, 10)
    assert.ok(entries !== 'forgotten')
    assert.deepEqual(
      entries.map(({ kind, target, mode }) => ({ kind, target, mode })),
      [{ kind: 'cutoff', target: { kind: 'session', id: first.session.id }, mode: 'hard' }],
    )
    assert.deepEqual(
      domain.events.map(({ type }) => type),
      ['signed_in', 'refresh_reused'],
    )
    await assert.rejects(refresh(domain, first), refused('refresh_invalid'))
  })
}

test('[B23] of several thieves at once one ends the session; the newest token is dead as well', async () => {
  const { domain, first } = await signedInDomain()
  const third = await refresh(domain, await refresh(domain, first))
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => refresh(domain, first)))
  assert.ok(answers.every(({ status }) => status === 'rejected'))
  assert.equal(domain.events.filter(({ type }) => type === 'refresh_reused').length, 1)
  await assert.rejects(refresh(domain, third), refused('refresh_invalid'))
})

test('[I10] an answer that was lost is repaired days later by the same idempotency key', async () => {
  const { domain, first } = await signedInDomain()
  const lost = await refresh(domain, first, 'kept beside the token')
  domain.clock.advance(3 * 86_400_000)
  const repaired = await refresh(domain, first, 'kept beside the token')
  assert.equal(repaired.refreshToken, lost.refreshToken)
  assert.equal(repaired.session.generation, lost.session.generation)
})

const neverIssued: ReadonlyArray<readonly [name: string, change: (token: string) => string]> = [
  ['of a generation to come', (token) => token.replace('.1.', '.2.')],
  ['with a changed mac', (token) => token.slice(0, -2) + (token.endsWith('AA') ? 'BB' : 'AA')],
  ['of an unknown session', (token) => `cs_rt_${strangeId('x').slice(2)}${token.slice(28)}`],
  ['without its form', () => 'cs_rt_'],
]
for (const [name, change] of neverIssued) {
  test(`a refresh token ${name} is refused as refresh_invalid and changes nothing`, async () => {
    const { domain, first } = await signedInDomain()
    const head = await domain.store.log.head()
    const refreshToken = change(first.refreshToken)
    await assert.rejects(domain.sessions.refresh({ refreshToken, device: device() }), refused('refresh_invalid'))
    assert.deepEqual(await domain.sessions.find(first.session.id), first.session)
    assert.deepEqual(await domain.store.log.head(), head)
  })
}

test('a session ends when it was idle for too long, and each refresh gives it more time', async () => {
  const { domain, first } = await signedInDomain({ policy: { idleLimitSeconds: 100 } })
  domain.clock.advance(99_000)
  const second = await refresh(domain, first)
  domain.clock.advance(99_000)
  const third = await refresh(domain, second)
  domain.clock.advance(100_000)
  await assert.rejects(refresh(domain, third), refused('refresh_invalid'))
  assert.equal(await domain.sessions.find(first.session.id), undefined)
})

test('[B08] a session ends at its absolute limit however busy it is, and no token outlives it', async () => {
  const { domain, first } = await signedInDomain({ policy: { absoluteLimitSeconds: 400 } })
  domain.clock.advance(200_000)
  const second = await refresh(domain, first)
  assert.equal(second.expiresInSeconds, 200)
  assert.equal(domain.claimsOf(second).exp, START / 1000 + 400)
  domain.clock.advance(200_000)
  await assert.rejects(refresh(domain, second), refused('refresh_invalid'))
  assert.equal(await domain.sessions.sweep(), 1)
})

test('[B34] with the single-session policy a second sign-in ends the first session', async () => {
  const { domain, first } = await signedInDomain({ policy: { single: true } })
  const second = await domain.signIn()
  assert.deepEqual(await domain.sessions.list(first.session.user), [second.session])
  assert.equal(await domain.isRevoked(first), true)
  assert.equal(await domain.isRevoked(second), false)
  await assert.rejects(refresh(domain, first), refused('refresh_invalid'))
})

test('[B08] one session, the others, or all can be ended; each is dead at once, the rest lives', async () => {
  const { domain, first } = await signedInDomain()
  const [second, third] = [await domain.signIn(), await domain.signIn()]
  const { user } = first.session
  await domain.sessions.end(first.session.id, user)
  assert.deepEqual(await Promise.all([first, second, third].map(domain.isRevoked)), [true, false, false])
  assert.deepEqual(await domain.sessions.endOthers(user, third.session.id), [second.session.id])
  assert.deepEqual(await Promise.all([second, third].map(domain.isRevoked)), [true, false])
  assert.deepEqual(await domain.sessions.endAll(user), [third.session.id])
  assert.equal(await domain.isRevoked(third), true)
  assert.deepEqual(await domain.sessions.list(user), [])
})

test('somebody else’s session looks like one that does not exist', async () => {
  const { domain, first } = await signedInDomain()
  await assert.rejects(domain.sessions.end(first.session.id, strangeId('usr')), refused('not_found'))
  await assert.rejects(domain.sessions.end(strangeId('ses')), refused('not_found'))
  assert.deepEqual(await domain.sessions.find(first.session.id), first.session)
})

test('[B11] a sign-in that was checked against a password which changes meanwhile is refused', async () => {
  let change = async (): Promise<void> => {}
  const domain = await openDomain({ beforeOpen: () => change() })
  const user = await domain.addUser()
  change = async () => {
    const request = { user: user.id, session: undefined, currentPassword: PASSWORD, newPassword: 'another horse battery' }
    await domain.accounts.changePassword(request)
  }
  await assert.rejects(domain.signIn(), refused('credentials_invalid'))
  assert.deepEqual(await domain.sessions.list(user.id), [])
})

test('[B37] a sign-in of a user who is suspended while the password is checked is refused', async () => {
  let suspend = async (): Promise<void> => {}
  const domain = await openDomain({ beforeOpen: () => suspend() })
  const user = await domain.addUser()
  suspend = async () => void (await domain.accounts.suspend(user.id))
  await assert.rejects(domain.signIn(), refused('credentials_invalid'))
})

test('[G05] a session survives the rotation of the master secret', async () => {
  const old = newMasterSecret(systemRandom)
  const { domain, first } = await signedInDomain({ secret: old })
  const later = await openDomain({ store: domain.store, secret: `${newMasterSecret(systemRandom)} ${old}` })
  const second = await refresh(later, first)
  // The retry of the old token meets a row whose newest generation was made by the new key.
  assert.equal((await refresh(later, first)).refreshToken, second.refreshToken)
  assert.notEqual((await refresh(later, second)).refreshToken, second.refreshToken)
})

for (const policy of [{ idleLimitSeconds: 0 }, { absoluteLimitSeconds: Number.NaN }, { overlapSeconds: 301 }, { overlapSeconds: -1 }]) {
  test(`the session policy ${JSON.stringify(policy)} is refused at construction`, async () => {
    await assert.rejects(openDomain({ policy }), RangeError)
  })
}
