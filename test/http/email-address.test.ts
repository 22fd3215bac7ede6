import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { linkIn, Mailbox, tokenIn } from './mailbox.ts'
import { PASSWORD, type Reply, ServerWorld, type SignedInReply } from './server-world.ts'

const HOUR_MS = 3_600_000
const VERIFY = /^Confirm your address/
const CHANGE = /^Confirm your new address/
const CHANGED = /address of your .* account was changed/

type Person = SignedInReply & { readonly email: string }

suite('the address of an account', () => {
  const clock = new ManualClock(1_800_000_000_000)
  let world: ServerWorld
  let mailbox: Mailbox
  let moved = 0
  before(async () => {
    world = await ServerWorld.open({}, { ...systemPlatform, clock })
    mailbox = new Mailbox(world)
  })
  after(() => world[Symbol.asyncDispose]())

  /** In one step, but for a moment in which the server finds that nothing is missing from its log. */
  const pass = (ms: number): void => {
    clock.stepWall(Math.max(0, ms - 2000))
    clock.advance(2000)
  }

  const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)
  const confirm = (token: string, headers = {}): Promise<Reply> =>
    world.ask('POST', '/v1/email-verifications/confirm', { body: { token }, headers })
  const change = (token: string, email: string): Promise<Reply> => world.ask('PUT', '/v1/me/email', { token, body: { email } })
  const notMe = (token: string): Promise<Reply> => world.ask('POST', '/v1/not-me', { body: { token } })
  const userOf = async (token: string) => (await world.ask('GET', '/v1/me', { token })).body.user
  const newAddress = (): string => `moved${++moved}@example.com`
  // Each in an hour of their own: the test sends more mails than people do.
  const person = async (): Promise<Person> => {
    pass(HOUR_MS)
    return world.person()
  }

  /** Somebody who has moved to another address. */
  async function movedPerson(): Promise<Person & { readonly newEmail: string; readonly undo: string }> {
    const someone = await person()
    const newEmail = newAddress()
    assert.equal((await change(someone.access_token, newEmail)).status, 202)
    assert.equal((await confirm(tokenIn(await mailbox.next(newEmail, CHANGE)))).status, 200)
    return { ...someone, newEmail, undo: tokenIn(await mailbox.next(someone.email, CHANGED)) }
  }

  test('[G03] a sign-up is asked by mail to prove its address; the link does that, once, and no token dies of it', async () => {
    const email = 'ann@example.com'
    const created = await world.ask('POST', '/v1/users', { body: { email, password: PASSWORD } })
    assert.equal(created.body.user.email_verified, false)
    const mail = await mailbox.next(email, VERIFY)
    assert.equal(linkIn(mail).pathname, '/verify')
    const { access_token } = await world.signIn(email)
    const { status, body } = await confirm(tokenIn(mail))
    assert.deepEqual([status, body], [200, { email, change: 'verified' }])
    assert.equal((await userOf(access_token)).email_verified, true)
    assert.equal(verdictOf(await confirm(tokenIn(mail))), 'link_invalid')
    assert.equal((await world.local('GET', `/v1/users/${created.body.user.id}`)).body.user.email_verified, true)
  })

  test('[G03] the mail is sent once more on request, until the address is proven; whoever comes from elsewhere gets none', async () => {
    const { email, access_token: token } = await person()
    const first = tokenIn(await mailbox.next(email, VERIFY))
    const again = () => world.ask('POST', '/v1/email-verifications', { token })
    assert.equal((await again()).status, 202)
    const second = tokenIn(await mailbox.next(email, VERIFY))
    assert.deepEqual([verdictOf(await confirm(first)), verdictOf(await confirm(second))], ['link_invalid', '200'])
    assert.equal((await again()).status, 202)
    assert.equal(await mailbox.count(email, VERIFY), 2)
    assert.equal((await world.ask('POST', '/v1/email-verifications')).status, 401)
    const imported = { email: 'import@example.com', email_verified: true, password_hash: `{SHA256}${'A'.repeat(43)}=` }
    assert.equal(
      (await world.ask('POST', '/v1/users', { body: { ...imported, password: PASSWORD, password_hash: undefined } })).status,
      401,
    )
    const hash = '$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21l$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI'
    const adopted = await world.local('POST', '/v1/users', { ...imported, password_hash: hash })
    assert.deepEqual([adopted.status, adopted.body.user?.email_verified], [201, true])
    assert.equal(await mailbox.count('import@example.com'), 0)
  })

  test('[G03] another address takes the place of the old one when its own mail confirms it, and not before', async () => {
    const { email, access_token, refresh_token, user } = await person()
    const newEmail = newAddress()
    assert.equal((await change(access_token, newEmail)).status, 202)
    const mail = await mailbox.next(newEmail, CHANGE)
    assert.equal((await userOf(access_token)).email, email)
    const { status, body } = await confirm(tokenIn(mail))
    assert.deepEqual([status, body], [200, { email: newEmail, change: 'changed' }])
    assert.equal(await world.verdictOn(access_token), 'token_revoked', 'a token of before names the old address')
    const renewed = await world.refresh(refresh_token)
    assert.deepEqual([(await userOf(renewed.access_token)).email, (await userOf(renewed.access_token)).email_verified], [newEmail, true])
    assert.equal((await world.signIn(newEmail)).user.id, user.id)
    assert.equal(verdictOf(await world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD } })), 'credentials_invalid')
    assert.equal(verdictOf(await confirm(tokenIn(mail))), 'link_invalid')
  })

  test('[G03] the old address is told, and its link undoes it for a week: sessions end, the password is void, a reset is on its way', async () => {
    const { email, newEmail, undo } = await movedPerson()
    const thief = await world.signIn(newEmail)
    pass(6 * 24 * HOUR_MS)
    assert.equal((await world.ask('POST', '/v1/links/show', { body: { token: undo } })).body.email, email)
    assert.deepEqual([(await notMe(undo)).status, verdictOf(await notMe(undo))], [204, 'link_invalid'])
    assert.equal(await world.refreshVerdictOn(thief.refresh_token), 'refresh_invalid')
    for (const address of [email, newEmail]) {
      assert.equal(
        verdictOf(await world.ask('POST', '/v1/sessions', { body: { email: address, password: PASSWORD } })),
        'credentials_invalid',
      )
    }
    const reset = tokenIn(await mailbox.next(email, /Choose a new/))
    const password = 'another long walk on the beach'
    assert.equal((await world.ask('POST', '/v1/password-resets/confirm', { body: { token: reset, password } })).status, 204)
    const { access_token } = await world.signIn(email, password)
    assert.equal((await userOf(access_token)).email_verified, true)
  })

  test('[G03] after a week it undoes nothing any more', async () => {
    const { undo } = await movedPerson()
    pass(7 * 24 * HOUR_MS)
    assert.equal(verdictOf(await notMe(undo)), 'link_invalid')
  })

  test('[G03] a thief who moves the account on, or disowns it from the new address, does not take the owner’s way back', async () => {
    const { email, newEmail, undo } = await movedPerson()
    pass(2000)
    const thief = await world.signIn(newEmail)
    const further = newAddress()
    await change(thief.access_token, further)
    await confirm(tokenIn(await mailbox.next(further, CHANGE)))
    const ofThief = tokenIn(await mailbox.next(newEmail, CHANGED))
    assert.equal((await notMe(ofThief)).status, 204)
    assert.equal((await notMe(undo)).status, 204)
    await mailbox.next(email, /Choose a new/)
    assert.equal(verdictOf(await notMe(ofThief)), 'link_invalid')
    const found = await world.local('GET', `/v1/users?search=${email}`)
    assert.equal(found.body.users[0].email, email)
  })

  test('[G03] [D06] a change wants a sign-in of the last five minutes', async () => {
    const { email, refresh_token } = await person()
    pass(601_000)
    const { access_token } = await world.refresh(refresh_token)
    const refused = await change(access_token, newAddress())
    assert.equal(refused.body.code, 'step_up_required')
    assert.match(refused.headers.get('www-authenticate') ?? '', /insufficient_user_authentication/)
    const fresh = await world.signIn(email)
    assert.equal((await change(fresh.access_token, newAddress())).status, 202)
  })

  test('[G03] whether an address has an account is told to nobody who asks for it; whoever comes second does not get it', async () => {
    const taken = await person()
    const [one, other] = [await person(), await world.person()]
    const free = newAddress()
    const answers = [await change(one.access_token, taken.email), await change(one.access_token, free)]
    assert.deepEqual([answers[0]?.status, answers[0]?.text], [answers[1]?.status, answers[1]?.text])
    assert.equal(await mailbox.count(taken.email, CHANGE), 0)
    await change(other.access_token, free)
    const links = [tokenIn(await mailbox.next(free, CHANGE)), tokenIn(await mailbox.next(free, CHANGE))]
    const verdicts = []
    for (const link of links) verdicts.push(verdictOf(await confirm(link)))
    assert.deepEqual(verdicts, ['200', 'email_taken'])
  })

  test('[G03] a change that somebody else has asked for dies with the password of that time', async () => {
    const { email, access_token } = await person()
    const newEmail = newAddress()
    await change(access_token, newEmail)
    const link = tokenIn(await mailbox.next(newEmail, CHANGE))
    const renewed = { current_password: PASSWORD, new_password: 'another long walk on the beach' }
    assert.equal((await world.ask('PUT', '/v1/me/password', { token: access_token, body: renewed })).status, 200)
    assert.equal(verdictOf(await confirm(link)), 'link_invalid')
    await world.signIn(email, renewed.new_password)
  })

  test('[G03] what is no address is refused, and a link of another kind is none', async () => {
    const { access_token, email } = await person()
    for (const address of ['ann', 'a b@example.com', `${'x'.repeat(250)}@example.com`]) {
      assert.equal(verdictOf(await change(access_token, address)), 'request_invalid')
    }
    const verification = tokenIn(await mailbox.next(email, VERIFY))
    assert.equal(verdictOf(await notMe(verification)), 'link_invalid')
    assert.equal(verdictOf(await world.ask('POST', '/v1/magic-links/confirm', { body: { token: verification } })), 'link_invalid')
  })
})

test('[G03] in production without a mail server nothing that needs mail is begun, and the answer says why', async () => {
  const secret = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldC1zZWNyZXQ'
  await using world = await ServerWorld.open({ production: true, issuer: 'https://auth.example', secret })
  for (const path of ['/v1/password-resets', '/v1/magic-links']) {
    const { status, body } = await world.local('POST', path, { email: 'ann@example.com' })
    assert.deepEqual([status, body.code], [503, 'mail_unavailable'])
  }
  assert.equal((await world.local('POST', '/v1/users', { email: 'ann@example.com', password: PASSWORD })).status, 201)
})
