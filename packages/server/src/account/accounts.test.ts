import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import type { Argon2 } from './argon2.ts'
import { builtinArgon2 } from './argon2.ts'
import { cheapCost, device, openDomain, PASSWORD, strangeId } from './contract/domain.ts'
import { PasswordHasher } from './password-hasher.ts'

const refused =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof AuthError && error.code === code

test('an address is taken in whatever case, and sign-in finds it in whatever case', async () => {
  const domain = await openDomain()
  const user = await domain.addUser('Ann@Example.org')
  await assert.rejects(domain.addUser(' ann@example.ORG '), refused('email_taken'))
  assert.equal((await domain.signIn('ANN@example.org')).session.user, user.id)
  assert.equal((await domain.accounts.find(user.id))?.email, 'Ann@Example.org')
})

test('[I17] unknown, wrong, suspended and impossible accounts are refused alike', async () => {
  const domain = await openDomain()
  await domain.addUser()
  const suspended = await domain.addUser('bob@example.org')
  await domain.accounts.suspend(suspended.id)
  const attempts = [
    ['nobody@example.org', PASSWORD],
    ['ann@example.org', 'wrong'],
    ['bob@example.org', PASSWORD],
    ['no address', PASSWORD],
  ] as const
  for (const [email, password] of attempts) {
    await assert.rejects(domain.sessions.signIn({ email, password, device: device() }), (error) => {
      return error instanceof AuthError && error.code === 'credentials_invalid' && !JSON.stringify(error.detail).includes('@')
    })
  }
})

test('[I17] unknown, wrong and suspended accounts cost one hash of the same price each', async () => {
  const domain = await openDomain()
  await domain.addUser()
  const suspended = await domain.addUser('bob@example.org')
  await domain.accounts.suspend(suspended.id)
  const costs: unknown[] = []
  const argon2: Argon2 = (password, salt, cost, length) => {
    costs.push(cost)
    return builtinArgon2(password, salt, cost, length)
  }
  const accounts = domain.accountsWith(await PasswordHasher.open({ cost: cheapCost, argon2 }))
  for (const email of ['nobody@example.org', 'no address', 'ann@example.org', 'bob@example.org']) {
    await assert.rejects(accounts.authenticate(email, 'wrong horse'), refused('credentials_invalid'))
  }
  await assert.rejects(accounts.authenticate('bob@example.org', PASSWORD), refused('credentials_invalid'))
  assert.deepEqual(
    costs,
    Array.from({ length: 5 }, () => cheapCost),
  )
})

test('[B11] a password change kills older tokens and the other sessions; the one that asked goes on with new tokens', async () => {
  const domain = await openDomain()
  const user = await domain.addUser()
  const [mine, other] = [await domain.signIn(), await domain.signIn()]
  const request = { user: user.id, session: mine.session.id, currentPassword: PASSWORD, newPassword: 'another horse battery' }
  const fresh = await domain.accounts.changePassword(request)
  assert.ok(fresh)
  assert.deepEqual(await Promise.all([mine, other, fresh].map(domain.isRevoked)), [true, true, false])
  assert.equal((await domain.sessions.refresh({ refreshToken: fresh.refreshToken, device: device() })).session.id, mine.session.id)
  await assert.rejects(domain.sessions.refresh({ refreshToken: other.refreshToken, device: device() }), refused('refresh_invalid'))
  await assert.rejects(domain.signIn(), refused('credentials_invalid'))
  await domain.sessions.signIn({ email: user.email, password: 'another horse battery', device: device() })
})

test('[H01] a password change needs the current password and a new one that fits the rule', async () => {
  const domain = await openDomain()
  const user = await domain.addUser()
  const change = (currentPassword: string, newPassword: string) =>
    domain.accounts.changePassword({ user: user.id, session: undefined, currentPassword, newPassword })
  await assert.rejects(change('wrong', 'another horse battery'), refused('credentials_invalid'))
  await assert.rejects(change(PASSWORD, 'short'), refused('request_invalid'))
  assert.equal((await domain.signIn()).session.user, user.id)
})

test('[I01] of two password changes from the same password one wins, the other learns of it', async () => {
  const domain = await openDomain()
  const user = await domain.addUser()
  const change = (newPassword: string) =>
    domain.accounts.changePassword({ user: user.id, session: undefined, currentPassword: PASSWORD, newPassword })
  const outcomes = await Promise.allSettled([change('another horse one'), change('another horse two')])
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.ok(outcomes.some((outcome) => outcome.status === 'rejected' && refused('conflict')(outcome.reason)))
})

test('[H01] a sign-in gives an old hash today’s cost, and nothing else changes: no token dies, no session ends', async () => {
  const domain = await openDomain()
  const user = await domain.addUser()
  const signedIn = await domain.signIn()
  const before = await domain.store.users.findPassword(user.id)
  const accounts = domain.accountsWith(await PasswordHasher.open({ cost: { ...cheapCost, passes: 3 } }))
  await assert.rejects(accounts.authenticate(user.email, 'wrong horse'), refused('credentials_invalid'))
  assert.deepEqual(await domain.store.users.findPassword(user.id), before)
  await accounts.authenticate(user.email, PASSWORD)
  const after = await domain.store.users.findPassword(user.id)
  assert.match(after?.hash ?? '', /^\$argon2id\$v=19\$m=64,t=3,p=1\$/)
  assert.equal(after?.generation, before?.generation)
  assert.equal(await domain.isRevoked(signedIn), false)
  await accounts.authenticate(user.email, PASSWORD)
  assert.deepEqual(await domain.store.users.findPassword(user.id), after)
  // A server that asks for less leaves it alone.
  await domain.accounts.authenticate(user.email, PASSWORD)
  assert.deepEqual(await domain.store.users.findPassword(user.id), after)
})

test('[H01] a password that changes while its hash is renewed stays changed', async () => {
  const domain = await openDomain()
  const user = await domain.addUser()
  const cost = { ...cheapCost, passes: 3 }
  const request = { user: user.id, session: undefined, currentPassword: PASSWORD, newPassword: 'another horse battery' }
  let changed = false
  const argon2: Argon2 = async (...given) => {
    if (given[2].passes === 3 && !changed) {
      changed = true
      await domain.accounts.changePassword(request)
    }
    return builtinArgon2(...given)
  }
  const accounts = domain.accountsWith(await PasswordHasher.open({ cost, argon2 }))
  assert.equal((await accounts.authenticate(user.email, PASSWORD)).passwordGeneration, 1)
  assert.equal((await domain.store.users.findPassword(user.id))?.generation, 2)
  await assert.rejects(domain.signIn(), refused('credentials_invalid'))
  await domain.sessions.signIn({ email: user.email, password: 'another horse battery', device: device() })
})

test('[H01] a hash that cannot be renewed for want of room does not stop the sign-in; the next one renews it', async () => {
  const domain = await openDomain()
  const user = await domain.addUser()
  let isFull = true
  const argon2: Argon2 = (...given) =>
    isFull && given[2].passes === 3 ? Promise.reject(new AuthError('overloaded')) : builtinArgon2(...given)
  const accounts = domain.accountsWith(await PasswordHasher.open({ cost: { ...cheapCost, passes: 3 }, argon2 }))
  const hashOf = async (): Promise<string> => (await domain.store.users.findPassword(user.id))?.hash ?? ''
  assert.equal((await accounts.authenticate(user.email, PASSWORD)).user, user.id)
  assert.match(await hashOf(), /t=1/)
  isFull = false
  await accounts.authenticate(user.email, PASSWORD)
  assert.match(await hashOf(), /t=3/)
})

test('[H01] an account from elsewhere signs in with its password, and is ours from then on', async () => {
  const domain = await openDomain()
  const foreign = 'pbkdf2_sha1$1000$seasalt$ljleU4wBmTtz/MoG5YTwxpM0d7I='
  const user = await domain.accounts.adopt({ email: 'bob@example.org', roles: ['staff'] }, foreign)
  assert.equal((await domain.store.users.findPassword(user.id))?.hash, foreign)
  await assert.rejects(domain.accounts.authenticate(user.email, 'wrong'), refused('credentials_invalid'))
  await domain.accounts.authenticate(user.email, 'lètmein')
  const password = await domain.store.users.findPassword(user.id)
  assert.match(password?.hash ?? '', /^\$argon2id\$v=19\$m=64,t=1,p=1\$/)
  assert.equal(password?.generation, 1)
  await domain.accounts.authenticate(user.email, 'lètmein')
})

test('[H01] a digest of one round is never stored bare, and its owner signs in all the same', async () => {
  const domain = await openDomain()
  for (const [email, digest] of [
    ['a@example.org', 'sha1$seasalt$cff36ea83f5706ce9aa7454e63e431fc726b2dc8'],
    ['b@example.org', 'md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3'],
  ] as const) {
    const user = await domain.accounts.adopt({ email }, digest)
    const stored = (await domain.store.users.findPassword(user.id))?.hash ?? ''
    assert.ok(!stored.includes(digest.slice(-16)))
    await assert.rejects(domain.accounts.authenticate(email, 'letmein'), refused('credentials_invalid'))
    await domain.accounts.authenticate(email, 'lètmein')
    assert.match((await domain.store.users.findPassword(user.id))?.hash ?? '', /^\$argon2id\$/)
  }
})

test('what is no hash, or one of ours that would cost too much, is not taken', async () => {
  const { accounts } = await openDomain()
  const wrapped = 'md5$seasalt$$argon2id$v=19$m=1048576,t=64,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
  for (const text of ['', 'plain', wrapped, '$argon2id$v=19$m=1048576,t=3,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAA', '$opaque$v=1$x']) {
    await assert.rejects(accounts.adopt({ email: 'a@example.org' }, text), refused('request_invalid'))
    await assert.rejects(accounts.rehearseAdoption({ email: 'a@example.org' }, text), refused('request_invalid'))
  }
  assert.deepEqual(await accounts.list({ limit: 10 }), [])
})

test('[B37] a suspended user is out at once; restoring revives nothing', async () => {
  const domain = await openDomain()
  const user = await domain.addUser()
  const signedIn = await domain.signIn()
  assert.equal((await domain.accounts.suspend(user.id)).status, 'suspended')
  assert.equal(await domain.isRevoked(signedIn), true)
  await assert.rejects(domain.sessions.refresh({ refreshToken: signedIn.refreshToken, device: device() }), refused('refresh_invalid'))
  assert.equal((await domain.accounts.restore(user.id)).status, 'active')
  assert.equal(await domain.isRevoked(signedIn), true)
  await assert.rejects(domain.sessions.refresh({ refreshToken: signedIn.refreshToken, device: device() }), refused('refresh_invalid'))
  assert.equal(await domain.isRevoked(await domain.signIn()), false)
})

test('[B20] [B36] new roles kill the token with the old ones, softly: the session refreshes unseen and has them', async () => {
  const domain = await openDomain()
  const user = await domain.addUser('ann@example.org', ['staff'])
  const before = await domain.signIn()
  await domain.accounts.setRoles(user.id, ['audit'])
  await domain.accounts.setGroups(user.id, ['team-1'])
  assert.equal(await domain.isRevoked(before), true)
  const after = await domain.sessions.refresh({ refreshToken: before.refreshToken, device: device() })
  assert.equal(await domain.isRevoked(after), false)
  assert.deepEqual([domain.claimsOf(after).roles, domain.claimsOf(after).groups], [['audit'], ['team-1']])
})

test('changes of a user who does not exist are refused as not_found', async () => {
  const { accounts } = await openDomain()
  const id = strangeId('usr')
  for (const change of [
    () => accounts.suspend(id),
    () => accounts.restore(id),
    () => accounts.setRoles(id, []),
    () => accounts.setGroups(id, []),
  ]) {
    await assert.rejects(change(), refused('not_found'))
  }
  assert.equal(await accounts.find(id), undefined)
})

test('users are listed in pages', async () => {
  const domain = await openDomain()
  for (const name of ['a', 'b', 'c']) await domain.addUser(`${name}@example.org`)
  const page = await domain.accounts.list({ limit: 2 })
  assert.equal(page.length, 2)
  const rest = await domain.accounts.list({ limit: 1e9, after: page[1]?.id ?? '' })
  assert.deepEqual([...page, ...rest].map(({ email }) => email).sort(), ['a@example.org', 'b@example.org', 'c@example.org'])
})

test('[I01] the set-up link makes the first administrator, once', async () => {
  const domain = await openDomain()
  const token = await domain.accounts.offerSetup()
  assert.ok(token)
  const request = { token, email: 'admin@example.org', password: PASSWORD }
  const outcomes = await Promise.allSettled([
    domain.accounts.redeemSetup(request),
    domain.accounts.redeemSetup({ ...request, email: 'b@example.org' }),
  ])
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.ok(outcomes.some((outcome) => outcome.status === 'rejected' && refused('not_found')(outcome.reason)))
  assert.deepEqual(
    (await domain.accounts.list({ limit: 10 })).map(({ roles }) => roles),
    [['admin']],
  )
  assert.equal(await domain.accounts.offerSetup(), undefined)
})

test('a set-up link dies after a day, by a newer one, and by a typing error', async () => {
  const domain = await openDomain()
  const old = await domain.accounts.offerSetup()
  const token = await domain.accounts.offerSetup()
  assert.ok(old && token)
  const redeem = (candidate: string) => domain.accounts.redeemSetup({ token: candidate, email: 'admin@example.org', password: PASSWORD })
  await assert.rejects(redeem(old), refused('not_found'))
  await assert.rejects(redeem(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`), refused('credential_malformed'))
  domain.clock.advance(24 * 3_600_000)
  await assert.rejects(redeem(token), refused('not_found'))
})
