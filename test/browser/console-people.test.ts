import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { AuthenticatorApp } from '../http/authenticator-app.ts'
import { until } from '../http/patience.ts'
import { PASSWORD, type SignedInReply } from '../http/server-world.ts'
import { ConsoleWorld } from './console-world.ts'
import { addPasskey, signUp } from './journey.ts'
import { VirtualAuthenticator } from './virtual-authenticator.ts'

const NEW_PASSWORD = 'a quiet harbour at dawn'

interface Account {
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly status: string
  readonly roles: readonly string[]
  readonly groups: readonly string[]
}

/** What an operator sees and does, by the names that stand there. */
class People implements AsyncDisposable {
  readonly world: ConsoleWorld

  constructor(world: ConsoleWorld) {
    this.world = world
  }

  static async open(): Promise<People> {
    return new People(await ConsoleWorld.open({ roleScopes: { staff: ['orders:read'], oncall: ['pager:read'] } }))
  }

  /** An account, and as many sessions of it. */
  async account(
    email: string,
    { sessions = 0, ...more }: { readonly sessions?: number; readonly name?: string; readonly roles?: readonly string[] } = {},
  ) {
    const { status, body } = await this.world.server.local('POST', '/v1/users', { email, password: PASSWORD, ...more })
    assert.equal(status, 201)
    const signedIn: SignedInReply[] = []
    while (signedIn.length < sessions) signedIn.push(await this.world.server.signIn(email))
    return { user: body.user as Account, sessions: signedIn }
  }

  /** As the server has it now. */
  async known(id: string): Promise<Account> {
    return (await this.world.server.local('GET', `/v1/users/${id}`)).body.user
  }

  row(text: string): Locator {
    return this.world.operator.page.locator('tbody').getByRole('row').filter({ hasText: text })
  }

  card(title: string): Locator {
    return this.world.operator.page.getByRole('region', { name: title, exact: true }).first()
  }

  get dialog(): Locator {
    return this.world.operator.page.getByRole('dialog')
  }

  async choose(menu: string, item: string): Promise<void> {
    await this.world.operator.press(menu)
    await this.world.operator.page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  /** Presses the button of the dialog that is open, and hears what has happened. */
  async agree(verb: string, said: string): Promise<void> {
    const heard = this.world.operator.page.getByRole('status').filter({ hasText: said }).first()
    await Promise.all([heard.waitFor({ state: 'attached' }), this.dialog.getByRole('button', { name: verb, exact: true }).click()])
    await this.dialog.waitFor({ state: 'detached' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]()
  }
}

suite('people in the console', () => {
  let people: People
  let world: ConsoleWorld
  before(async () => {
    people = await People.open()
    world = people.world
  })
  after(() => people[Symbol.asyncDispose]())

  test('[J02] accounts are searched by the server, narrowed by role and opened by keyboard, and the address keeps what was asked', async () => {
    await people.account('ann@harbour.example', { name: 'Ann Berg', roles: ['staff'] })
    await people.account('bob@harbour.example', { name: 'Bob Lund' })
    await world.open('/users', 'Users')
    const { page } = world.operator
    await people.row('bob@').waitFor()
    await world.inspect('users')
    await page.getByLabel('Role').selectOption('staff')
    await people.row('bob@').waitFor({ state: 'detached' })
    await people.row('ann@').waitFor()
    await page.getByLabel('Role').selectOption('')
    await people.row('bob@').focus()
    await page.keyboard.press('/')
    await page.keyboard.type('LUND')
    await people.row('ann@').waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).searchParams.get('search'), 'LUND')
    await page.reload()
    await people.row('bob@').waitFor()
    assert.equal(await people.row('ann@').count(), 0)
    await people.row('bob@').focus()
    await page.keyboard.press('Enter')
    await world.operator.isShown('bob@harbour.example')
  })

  test('[J02] whoever is given an account without a password chooses one by the link in a mail', async () => {
    const email = 'cleo@harbour.example'
    await world.open('/users', 'Users')
    const { operator } = world
    await operator.press('Create user…')
    await operator.type('E-mail address', 'cleo')
    operator.watch.wants(400, '/v1/users')
    await people.dialog.getByRole('button', { name: 'Create', exact: true }).click()
    await people.dialog.getByRole('alert').and(operator.page.locator(':focus')).waitFor()
    await people.dialog.getByRole('button', { name: /^must be an e-mail address/ }).click()
    await operator.page.locator('input[name=email][aria-invalid=true]:focus').waitFor()
    await operator.type('Roles of the account', 'staff, north')
    await world.inspect('create-user', ['narrow'])
    await operator.type('E-mail address', email)
    await people.agree('Create', `${email} has an account, and a mail with a link for the password is on its way.`)
    await operator.isShown(email)
    const [user] = (await world.server.local('GET', `/v1/users?search=${email}`)).body.users
    assert.deepEqual([user.roles, user.email_verified], [['staff', 'north'], false])
    const letter = await world.browser.letter(email, 'Choose a new Harbour Foods password')
    assert.deepEqual(world.browser.lettersTo(email), ['Choose a new Harbour Foods password'])
    const { searchParams } = new URL(letter.link, world.browser.url)
    const chosen = { token: searchParams.get('token'), password: NEW_PASSWORD }
    assert.equal((await world.server.ask('POST', '/v1/password-resets/confirm', { body: chosen })).status, 204)
    assert.equal((await world.server.signIn(email, NEW_PASSWORD)).user.id, user.id)
  })

  test('[J02] roles are changed, and an account is suspended with the number of sessions that it ends, and activated', async () => {
    const { user, sessions } = await people.account('dora@harbour.example', { roles: ['staff'], sessions: 2 })
    await world.open(`/users/${user.id}`, user.email)
    const { operator, server } = world
    await people.row('node').first().waitFor()
    await world.inspect('user', ['light', 'dark', 'narrow'])
    await operator.press('Change roles and groups…')
    await operator.page.getByLabel('oncall').check()
    await operator.page.getByLabel('staff').uncheck()
    await operator.type('Groups', 'north')
    await world.inspect('user-roles', ['light'])
    // Somebody else gives a role while the form is open.
    await server.local('PATCH', `/v1/users/${user.id}`, { roles: ['staff', 'buyer'] })
    await people.agree('Change', 'Roles: buyer, oncall. Groups: north.')
    const { roles, groups } = await people.known(user.id)
    assert.deepEqual([roles, groups], [['buyer', 'oncall'], ['north']])
    const [first] = sessions
    assert.ok(first !== undefined)
    const { access_token: token } = await server.refresh(first.refresh_token)
    await people.choose('More', 'Suspend…')
    await people.dialog.getByText(/^Ends 2 sessions and every role given for a while\./).waitFor()
    await people.agree('Suspend', `${user.email} is suspended.`)
    assert.equal((await people.known(user.id)).status, 'suspended')
    assert.equal(await server.verdictOn(token), 'token_revoked')
    await people.card('Sessions').getByText('Signed in nowhere').waitFor()
    await people.choose('More', 'Activate…')
    await people.agree('Activate', `${user.email} can sign in again.`)
    assert.equal((await people.known(user.id)).status, 'active')
  })

  test('[J02] what somebody has lost is taken from their account: the app, a passkey; and nobody has to wait there any more', async () => {
    const email = 'eva@harbour.example'
    await using eva = await world.browser.visitor()
    await signUp(eva, email)
    const { access_token: token, user } = await world.server.signIn(email)
    const { body } = await world.server.ask('POST', '/v1/me/factors/totp', { token, body: { current_password: PASSWORD } })
    const code = new AuthenticatorApp(body.otpauth_uri, world.browser.clock).code()
    assert.equal((await world.server.ask('POST', '/v1/me/factors/totp/confirm', { token, body: { code } })).status, 200)
    await using authenticator = await VirtualAuthenticator.plugInto(eva)
    await addPasskey(eva, authenticator, 'Old phone')
    await world.open(`/users/${user.id}`, email)
    const { operator } = world
    await operator.press('Remove passkey Old phone…')
    await people.agree('Remove', 'Passkey Old phone is removed.')
    // Its button is gone.
    await operator.page.locator('h1:focus').waitFor()
    await operator.press('Turn off…')
    await people.agree('Turn off', 'The authenticator app is turned off.')
    const { body: factors } = await world.server.local('GET', `/v1/users/${user.id}/factors`)
    assert.deepEqual([factors.totp, factors.passkeys], [null, []])
    await people.choose('More', 'Forget sign-in attempts…')
    await people.agree('Forget', `Nobody has to wait to sign in to ${email}.`)
    await people.choose('More', 'Send a link for a new password…')
    await people.agree('Send', `A mail to ${email} is on its way.`)
    await world.browser.letter(email, 'Choose a new Harbour Foods password')
  })

  test('[J02] a role is given for a while, with a reason, and taken before its time', async () => {
    const { user, sessions } = await people.account('finn@harbour.example', { sessions: 1 })
    const [session] = sessions
    assert.ok(session !== undefined)
    await world.open(`/users/${user.id}`, user.email)
    const { operator, server } = world
    await operator.press('Give a role for a while…')
    await operator.field('Role for a while').selectOption('oncall')
    await operator.type('Minutes', '15')
    await operator.type('Reason', 'incident 4711')
    await people.agree('Give', 'oncall is given.')
    await people.row('incident 4711').getByText('running').waitFor()
    const [given] = (await server.local('GET', `/v1/users/${user.id}/elevations`)).body.elevations
    assert.deepEqual([given.role, given.reason, given.active], ['oncall', 'incident 4711', true])
    const { access_token: token, refresh_token: refresh } = await server.refresh(session.refresh_token)
    await operator.press('End oncall…')
    await people.agree('Take it', 'oncall is taken.')
    assert.equal(await server.verdictOn(token), 'token_revoked')
    assert.equal(await server.refreshVerdictOn(refresh), '200')
    await people.row('incident 4711').getByText('over').waitFor()
  })

  test('[J02] sessions of everybody: those that were chosen end, and no other', async () => {
    const { user, sessions } = await people.account('gert@harbour.example', { sessions: 3 })
    const [first, second, third] = sessions.map(({ session }) => session.id)
    assert.ok(first !== undefined && second !== undefined && third !== undefined)
    await world.open('/sessions', 'Sessions')
    const { operator, server } = world
    await operator.reads('This console')
    await world.inspect('sessions')
    await operator.type('Search', 'GERT')
    await until(
      'the server has narrowed',
      async () => (await people.row('operator@').count()) === 0 && (await people.row('gert@').count()) === 3,
    )
    const rowOfSession = (id: string): Locator => people.row('gert@').filter({ has: operator.page.locator(`[title="${id}"]`) })
    await rowOfSession(first).getByRole('checkbox').check()
    await rowOfSession(second).getByRole('checkbox').check()
    await operator.press('End 2 sessions')
    await people.dialog.getByText('Ends 2 sessions of 1 person.', { exact: false }).waitFor()
    await people.agree('End 2 sessions', '2 sessions ended.')
    await rowOfSession(first).waitFor({ state: 'detached' })
    const living = (await server.local('GET', `/v1/sessions?user=${user.id}`)).body.sessions
    assert.deepEqual([living.length, living[0].id], [1, third])
    await rowOfSession(third).focus()
    await operator.page.keyboard.press('Enter')
    await operator.isShown(user.email)
    await operator.press('End all…')
    await people.agree('End 1 session', '1 session ended.')
    assert.deepEqual((await server.local('GET', `/v1/sessions?user=${user.id}`)).body.sessions, [])
  })
})
