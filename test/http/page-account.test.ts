import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { Script } from 'node:vm'
import { ManualClock, systemPlatform } from 'countersign/core'
import { attributesOf, PageBrowser, type ShownPage } from './page-browser.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'
import { SoftwareAuthenticator, type Twist } from './software-authenticator.ts'

const ISSUER = 'https://auth.example'
const MINUTE_MS = 60_000

suite('what people keep in their account, by its pages', () => {
  const clock = new ManualClock(1_800_000_000_000)
  let world: ServerWorld
  let browser: PageBrowser
  before(async () => {
    world = await ServerWorld.open({ issuer: ISSUER, roleScopes: { staff: ['orders:read', 'orders:write'] } }, { ...systemPlatform, clock })
  })
  beforeEach(() => {
    browser = new PageBrowser(world.url)
  })
  after(() => world[Symbol.asyncDispose]())

  let people = 0
  async function signUp(roles: readonly string[] = []): Promise<string> {
    const email = `keeper${++people}@example.com`
    await browser.submit(await browser.open('/sign-up'), 'sign_up', { email, password: PASSWORD })
    if (roles.length > 0) {
      const { body } = await world.local('GET', `/v1/users?search=${email}`)
      await world.local('PATCH', `/v1/users/${body.users[0].id}`, { roles })
    }
    return email
  }

  /** What the script of the page does: the form's own address gives the options, the form takes what was signed. */
  async function options(page: ShownPage, form: string, at = browser) {
    const tag = (page.html.match(/<form\b[^>]*data-passkey[\s\S]*?<\/form>/g) ?? []).find((each) => each.includes(`value="${form}"`)) ?? ''
    const attributes = attributesOf(/<form\b[^>]*>/.exec(tag)?.[0] ?? '')
    const body = attributes.get('data-body')
    const csrf = page.form(form).fields.get('csrf') ?? ''
    const headers = { accept: 'application/json', 'x-csrf-token': csrf, 'sec-fetch-site': 'same-origin' }
    const answer = await at.ask(attributes.get('data-url') ?? '', {
      method: 'POST',
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    })
    assert.equal(answer.status, 201, answer.html)
    return JSON.parse(answer.html).options
  }
  const newKey = (): SoftwareAuthenticator => new SoftwareAuthenticator({ origin: ISSUER })
  async function addKey(key = newKey(), name = 'Phone'): Promise<{ readonly key: SoftwareAuthenticator; readonly page: ShownPage }> {
    const page = await browser.open('/account/passkeys')
    const passkey = JSON.stringify(key.create(await options(page, 'add')))
    return { key, page: await browser.submit(page, 'add', { passkey, name }) }
  }
  async function useKey(key: SoftwareAuthenticator, page: ShownPage, form: string, at = browser, twist: Twist = {}): Promise<ShownPage> {
    return at.submit(page, form, { passkey: JSON.stringify(key.get(await options(page, form, at), twist)) })
  }
  const signOut = async (): Promise<ShownPage> => browser.submit(await browser.open('/account'), 'sign_out')
  const codesOf = ({ html }: ShownPage): readonly string[] =>
    [...html.matchAll(/<li><code>([A-Z2-7-]{27})<\/code><\/li>/g)].map(([, code = '']) => code)

  test('[J02] [H04] a passkey is added under a name, brings recovery codes once, and signs in alone', async () => {
    await signUp()
    const none = await browser.open('/account/recovery-codes')
    assert.match(none.text, /with your first second factor/)
    assert.doesNotMatch(none.html, /of 10|value="renew"/)
    const { key, page } = await addKey()
    assert.equal(page.url.pathname, '/account/passkeys')
    assert.match(page.text, /The passkey is in use\.[\s\S]*Phone/)
    assert.equal(codesOf(page).length, 10)
    assert.equal(codesOf(await browser.open('/account/passkeys')).length, 0)
    assert.match((await browser.open('/account')).text, /Passkeys Phone[\s\S]*10 of 10 recovery codes left/)
    const signedOut = await signOut()
    const account = await useKey(key, signedOut, 'passkey')
    assert.equal(account.url.pathname, '/account')
    assert.match(account.text, /passkey, confirmed on the device/)
  })

  test('[J02] [H04] beside the password the passkey is asked for, or a recovery code', async () => {
    const email = await signUp()
    const { key, page } = await addKey()
    const [recoveryCode = ''] = codesOf(page)
    const fresh = new PageBrowser(world.url)
    const asked = await fresh.submit(await fresh.open('/sign-in'), 'sign_in', { email, password: PASSWORD })
    assert.equal(asked.url.pathname, '/sign-in/code')
    assert.match(asked.text, /Use your passkey[\s\S]*A passkey needs JavaScript/)
    assert.throws(() => asked.form('code'), 'there is no app')
    const stranger = newKey()
    await signOut()
    await signUp()
    await addKey(stranger)
    const wrong = await useKey(stranger, asked, 'factor_passkey', fresh, { credential: stranger.credentials[0] ?? '' })
    assert.equal(wrong.status, 400)
    assert.match(wrong.text, /This passkey does not fit, or is not known here any more/)
    assert.equal((await useKey(key, wrong, 'factor_passkey', fresh)).url.pathname, '/account')
    const other = new PageBrowser(world.url)
    await other.submit(await other.open('/sign-in'), 'sign_in', { email, password: PASSWORD })
    const byCode = await other.submit(await other.open('/sign-in/code?use=recovery_code'), 'recovery_code', { code: recoveryCode })
    assert.equal(byCode.url.pathname, '/account')
    assert.match(byCode.text, /9 of 10 recovery codes left/)
  })

  test('[J02] [H04] one that has not made sure of its person, an old challenge, a challenge twice, and nonsense sign nobody in', async () => {
    await signUp()
    const { key } = await addKey()
    await signOut()
    const page = await browser.open('/sign-in')
    const given = await options(page, 'passkey')
    const answers: ReadonlyArray<readonly [passkey: string, sentence: RegExp]> = [
      [JSON.stringify(key.get(given, { verified: false })), /This passkey does not fit/],
      [JSON.stringify(key.get(given, { origin: 'https://evil.example' })), /This passkey does not fit/],
      [JSON.stringify(key.get(given, { challenge: 'AAAA' })), /That took too long\. Try once more/],
      ['{"id":', /We could not sign you in/],
      ['[]', /We could not sign you in/],
      ['x'.repeat(40_000), /We could not sign you in/],
    ]
    for (const [passkey, sentence] of answers) {
      const answer = await browser.submit(page, 'passkey', { passkey })
      assert.ok(answer.status === 400, passkey.slice(0, 40))
      assert.match(answer.text, sentence)
      assert.ok(!answer.html.includes(passkey.slice(0, 30)) || passkey === '[]')
    }
    const right = JSON.stringify(key.get(await options(page, 'passkey')))
    clock.advance(6 * MINUTE_MS)
    assert.match((await browser.submit(page, 'passkey', { passkey: right })).text, /That took too long/)
    const once = JSON.stringify(key.get(await options(page, 'passkey')))
    const fresh = new PageBrowser(world.url)
    assert.equal((await browser.submit(await browser.open('/sign-in'), 'passkey', { passkey: once })).url.pathname, '/account')
    const twice = await fresh.submit(await fresh.open('/sign-in'), 'passkey', { passkey: once })
    assert.equal(twice.status, 400)
  })

  test('[J02] [H04] a passkey gets another name, is removed after its effect was told, and is no business of others', async () => {
    await signUp()
    const { key } = await addKey()
    const page = await browser.open('/account/passkeys')
    assert.match(page.text, /It is your last one/)
    const id = page.form('remove').fields.get('id') ?? ''
    const renaming = await browser.open(`/account/passkeys?rename=${id}`)
    assert.equal(renaming.form('rename').fields.get('name'), 'Phone')
    assert.equal((await browser.submit(renaming, 'rename', { name: '' })).status, 400)
    const renamed = await browser.submit(renaming, 'rename', { name: 'Blue <key>' })
    assert.match(renamed.text, /The name is changed\.[\s\S]*Blue <key>/)
    const mine = browser
    browser = new PageBrowser(world.url)
    await signUp()
    await addKey()
    const others = await browser.open('/account/passkeys')
    assert.equal((await browser.submit(others, 'remove', { id })).status, 404)
    assert.equal((await browser.submit(await browser.open('/account/passkeys'), 'add', { passkey: '{}' })).status, 400)
    browser = mine
    const removed = await browser.submit(await browser.open('/account/passkeys'), 'remove')
    assert.match(removed.text, /The passkey is removed\.[\s\S]*You have no passkey yet/)
    const signedOut = await signOut()
    assert.match((await useKey(key, signedOut, 'passkey')).text, /is not known here any more/)
  })

  test('[J02] [D06] a passkey confirms who is signed in, and what was asked for is done', async () => {
    await signUp()
    const { key } = await addKey()
    clock.advance(6 * MINUTE_MS)
    const asked = await browser.submit(await browser.open('/account/recovery-codes'), 'renew')
    assert.match(asked.text, /Confirm that it is you/)
    const renewed = await useKey(key, asked, 'factor_passkey')
    assert.equal(renewed.url.pathname, '/account/recovery-codes')
    assert.equal(codesOf(renewed).length, 10)
  })

  test('[J02] without a fresh sign-in no passkey is added: the page of the script is told so', async () => {
    await signUp()
    clock.advance(6 * MINUTE_MS)
    const page = await browser.open('/account/passkeys')
    const csrf = page.form('add').fields.get('csrf') ?? ''
    const headers = { accept: 'application/json', 'x-csrf-token': csrf, 'sec-fetch-site': 'same-origin' }
    const refused = await browser.ask('/v1/me/factors/passkeys', { method: 'POST', headers })
    assert.equal(JSON.parse(refused.html).code, 'step_up_required')
    assert.match(page.html, /data-again="\/sign-in\?step_up=yes&amp;return_to=%2Faccount%2Fpasskeys"/)
    assert.equal((await browser.ask('/v1/me/factors/passkeys', { method: 'POST' })).status, 403, 'nor from elsewhere')
  })

  test('[J02] an API key has what was ticked and no more, is shown once, and dies with the button', async () => {
    await signUp(['staff'])
    const page = await browser.open('/account/keys')
    assert.deepEqual(
      page.tags('input').flatMap((input) => (input.get('type') === 'checkbox' ? [input.get('name')] : [])),
      ['scope:orders:read', 'scope:orders:write', 'role:staff'],
    )
    const fields = { ...Object.fromEntries(page.form('create').fields), 'scope:orders:write': '', 'role:staff': '' }
    const send = (more: Readonly<Record<string, string>>): Promise<ShownPage> =>
      browser.post('/account/keys', { ...fields, 'scope:orders:read': 'yes', ends: '30', name: 'Export <b>', ...more })
    const blank = await send({ name: '' })
    assert.equal(blank.status, 400)
    assert.ok(blank.tags('input').some((input) => input.get('name') === 'scope:orders:read' && input.has('checked')))
    assert.equal((await send({ 'scope:admin': 'yes' })).status, 400)
    assert.equal((await send({ 'role:admin': 'yes' })).status, 400)
    assert.equal((await send({ is_admin: 'yes' })).status, 400)
    assert.equal((await send({ ends: '99999' })).status, 400)
    assert.equal((await send({})).status, 303)
    const made = await browser.open('/account/keys')
    const key = /<code class="key whole">(cs_live_[\w-]+)<\/code>/.exec(made.html)?.[1] ?? ''
    assert.ok(key !== '')
    const listed = await browser.open('/account/keys')
    assert.ok(!listed.html.includes(key))
    assert.match(listed.text, /Export <b>[\s\S]*not used yet orders:read/)
    const me = (): ReturnType<ServerWorld['ask']> => world.ask('GET', '/v1/me', { token: key })
    assert.equal((await me()).status, 200)
    const id = listed.form('remove').fields.get('id') ?? ''
    const mine = browser
    browser = new PageBrowser(world.url)
    await signUp()
    const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.open('/account')).html)?.[1] ?? ''
    assert.equal((await browser.post('/account/keys', { form: 'remove', csrf, id })).status, 404)
    assert.equal((await me()).status, 200)
    browser = mine
    assert.match((await browser.submit(listed, 'remove')).text, /The key is removed\.[\s\S]*You have no key yet/)
    assert.equal((await me()).status, 401)
  })

  test('[J02] making a key takes a fresh sign-in, and what was typed is not typed again; it ends when it was said to', async () => {
    await signUp()
    clock.advance(6 * MINUTE_MS)
    const asked = await browser.submit(await browser.open('/account/keys'), 'create', { name: 'Nightly', ends: '30' })
    assert.match(asked.text, /Confirm that it is you/)
    const made = await browser.submit(asked, 'confirm_password', { password: PASSWORD })
    const key = /<code class="key whole">(cs_live_[\w-]+)<\/code>/.exec(made.html)?.[1] ?? ''
    assert.match(made.text, /Nightly/)
    assert.equal((await world.ask('GET', '/v1/me', { token: key })).status, 200)
    assert.match(made.text, /until 14 February 2027/)
  })

  test('[J02] the name is changed, and taken away, with the session going on', async () => {
    await signUp()
    const token = browser.cookies.get('__Host-cs_access') ?? ''
    const named = await browser.submit(await browser.open('/account/name'), 'name', { name: 'Grace Hopper' })
    assert.match(named.text, /Your name is changed\.[\s\S]*Grace Hopper/)
    assert.equal(await world.verdictOn(token), '200')
    assert.equal((await browser.submit(await browser.open('/account/name'), 'name', { name: 'x'.repeat(201) })).status, 400)
    assert.match((await browser.submit(await browser.open('/account/name'), 'name', { name: '' })).text, /Not given/)
    const { access_token: own } = await world.person()
    const renamed = await world.ask('PATCH', '/v1/me', { token: own, body: { name: 'Ada' } })
    assert.deepEqual([renamed.status, renamed.body.user.name], [200, 'Ada'])
    assert.equal((await world.ask('PATCH', '/v1/me', { token: own, body: { name: null } })).body.user.name, null)
    assert.equal((await world.ask('PATCH', '/v1/me', { token: own, body: { roles: ['admin'] } })).status, 400)
  })

  test('the script is served as what it is, and writes no HTML', async () => {
    const page = await browser.open('/sign-in')
    const source = page.tags('script')[0]?.get('src') ?? ''
    const response = await fetch(world.url + source)
    assert.equal(response.headers.get('content-type'), 'text/javascript; charset=utf-8')
    const script = await response.text()
    assert.doesNotMatch(script, /innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|https?:/)
    assert.doesNotThrow(() => new Script(script))
  })
})
