// What the console shows of applications of others, roles and trust rules. Driven as a person does; then the server is asked.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { until } from '../http/patience.ts'
import { AssertionIssuer } from '../oauth/assertion-issuer.ts'
import { LogoutReceiver } from '../oauth/logout-receiver.ts'
import { claimsOf, OAuthWorld } from '../oauth/oauth-world.ts'
import { ConsoleWorld } from './console-world.ts'

const CALLBACK = 'https://orders.example/callback'
const OPTIONS = {
  oauth: true,
  oauthRegistration: 'token',
  deliveryNetworks: ['127.0.0.0/8'],
  roleScopes: { clerk: ['invoices:read'] },
} as const

suite('clients, roles and trust rules in the console', () => {
  let world: ConsoleWorld
  let oauth: OAuthWorld
  let receiver: LogoutReceiver
  let issuer: AssertionIssuer
  let service: { readonly id: string; readonly credential: string }
  before(async () => {
    receiver = await LogoutReceiver.open()
    issuer = await AssertionIssuer.open()
    world = await ConsoleWorld.open(OPTIONS)
    oauth = OAuthWorld.over(world.server, world.browser.url)
    service = await world.server.service('deploy')
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await receiver.close()
    await issuer[Symbol.asyncDispose]()
  })

  const row = (text: string): Locator => world.operator.page.getByRole('row').filter({ hasText: text })
  const dialog = (): Locator => world.operator.page.getByRole('dialog')
  const field = (label: string): Locator => dialog().getByLabel(label, { exact: true })

  const local = async (method: string, path: string, body?: unknown) => {
    const answer = await world.server.local(method, path, body)
    assert.ok(answer.status < 300, answer.text)
    return answer.body
  }
  const clientNamed = async (name: string) =>
    (await local('GET', '/v1/clients')).clients.find((client: { name: string }) => client.name === name)

  /** Presses the button of the open dialog that does it, and waits until it is done. */
  async function agree(verb: string): Promise<void> {
    await dialog().getByRole('button', { name: verb, exact: true }).click()
    await dialog().getByRole('button', { name: verb, exact: true }).waitFor({ state: 'detached' })
  }

  async function choose(item: string, at?: string): Promise<void> {
    if (at === undefined) await world.operator.press('More')
    else await row(at).getByRole('button', { name: 'Actions' }).click()
    await world.operator.page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  /** The secret that is shown this once. */
  async function secret(label: RegExp): Promise<string> {
    const shown = dialog().getByLabel(label)
    const text = await shown.inputValue()
    await world.operator.page.keyboard.press('Escape')
    assert.equal(await shown.inputValue(), text, 'it does not go unseen')
    await agree('I have stored it')
    assert.ok(!(await world.operator.page.content()).includes(text), 'it is nowhere any more')
    return text
  }

  /** What a client gets in its own name: undefined where it gets nothing. */
  async function ownToken(id: string, password: string, scope = ''): Promise<string | undefined> {
    const response = await fetch(`${world.browser.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope === '' ? {} : { scope }) }),
    })
    return ((await response.json()) as { readonly access_token?: string }).access_token
  }

  const isAlive = async (token: string | undefined): Promise<boolean> =>
    (await world.server.ask('POST', '/v1/tokens/introspect', { token: service.credential, body: { token } })).body.active

  test('[J02] [D08] a client is registered by what it is; what is wrong is said at its field, and where OAuth is off the setting is named', async () => {
    const { operator } = world
    await world.open('/clients', 'Clients')
    await operator.reads('countersign clients create --name Orders')
    await operator.press('Register a client…')
    await field('Name').fill('Orders')
    await field('Called back at').fill('http://orders.example/callback')
    await field('Scopes').fill('orders:read')
    await world.inspect('client-register', ['narrow'])
    operator.watch.wants(400, '/v1/clients')
    await dialog().getByRole('button', { name: 'Register', exact: true }).click()
    await dialog().getByRole('alert').getByRole('button').click()
    assert.equal(await field('Called back at').evaluate((control) => control === document.activeElement), true)
    assert.equal(await field('Scopes').inputValue(), 'orders:read')
    await field('Called back at').fill(CALLBACK)
    await agree('Register')
    assert.match(await secret(/^Secret of client/), /^cs_cli_/)
    await operator.isShown('Orders')

    // One that keeps no secret is led to at once.
    await world.open('/clients', 'Clients')
    await operator.press('Register a client…')
    await field('What it is').selectOption('Native: an app on a device')
    await field('Name').fill('Harbour Till')
    await field('Called back at').fill('com.example.till:/callback\nhttp://127.0.0.1/callback')
    await agree('Register')
    await operator.isShown('Harbour Till')
    const till = await clientNamed('Harbour Till')
    assert.deepEqual([till.kind, till.redirect_uris.length, till.token_endpoint_auth_method], ['native', 2, 'none'])

    await operator.page.route('**/v1/clients', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...(await response.json()), answered: false } })
    })
    await world.open('/clients?kind=confidential', 'Clients')
    await operator.reads('COUNTERSIGN_OAUTH=yes countersign serve')
    await row('Orders').waitFor()
    assert.equal(await row('Harbour Till').count(), 0)
    await world.inspect('clients')
    await operator.page.unroute('**/v1/clients')
  })

  test('[J02] [D08] a secret is replaced with an overlap; a change spares what somebody else has changed; disabling refuses what the client holds', async () => {
    const { operator } = world
    await world.open('/clients', 'Clients')
    await operator.press('Register a client…')
    await field('What it is').selectOption('A program that speaks for itself')
    await field('Name').fill('Nightly')
    await field('Scopes').fill('orders:read')
    await agree('Register')
    const first = await secret(/^Secret of client/)
    await operator.isShown('Nightly')
    const { id } = await clientNamed('Nightly')
    const token = await ownToken(id, first)
    await choose('Replace the secret…')
    await field('Overlap').selectOption('One hour')
    await agree('Make a new secret')
    const second = await secret(/^Secret of client/)
    for (const shown of [first, second]) assert.equal(await isAlive(await ownToken(id, shown)), true)

    await choose('Change…')
    await local('PATCH', `/v1/clients/${id}`, { scopes: ['orders:read', 'stock:read'] })
    await field('Scopes').fill('orders:write')
    await agree('Save changes')
    await operator.reads('stock:read orders:write')
    assert.equal(await isAlive(token), false, 'the client has lost a scope')
    const wide = await ownToken(id, second, 'stock:read orders:write')
    assert.equal(claimsOf(wide ?? '').scope, 'stock:read orders:write')

    await choose('Disable…')
    await dialog().getByText('Nobody has given it access at the moment.').waitFor()
    await agree('Disable')
    await operator.reads('This client is disabled')
    assert.equal(await isAlive(wide), false)
    assert.equal(await ownToken(id, second), undefined)
    await choose('Enable…')
    await agree('Enable')
    assert.equal(await isAlive(await ownToken(id, second)), true)
  })

  test('[J02] what people have given a client is counted before it ends; what it is told of ended sessions stands there, live', async () => {
    const { operator, server } = world
    const registered = await oauth.client({ name: 'Told', backchannel_logout_uri: receiver.uri('told') })
    const path = `/clients/${registered.id}`
    const one = await server.person()
    await world.open(path, 'Told')
    await operator.reads('Nothing to tell so far')
    const given = await oauth.tokens(one, registered)
    const kept = await oauth.tokens(await server.person(), registered)
    const { sid } = claimsOf(given.access_token)
    await local('DELETE', `/v1/sessions/${sid}`)
    await receiver.arrivedOf('told')
    await row('200').getByText('Told').waitFor()
    await operator.reads('1 access that people have given it')
    await world.inspect('client')
    await choose('Remove…')
    await dialog().getByText('Ends 1 access that people have given it.').waitFor()
    assert.equal(await isAlive(kept.access_token), true)
    await agree('Remove client')
    await operator.isShown('Clients')
    await row('Nightly').waitFor()
    assert.equal(await row('Told').count(), 0)
    assert.equal(await isAlive(kept.access_token), false)
    assert.equal(await clientNamed('Told'), undefined)
  })

  test('[J02] [D08] an invitation lets a client register; an operator stands by it, and takes the invitation back', async () => {
    const { operator } = world
    await world.open('/clients', 'Clients')
    await operator.press('Invite…')
    await field('How many may register').fill('2')
    await field('Public').check()
    await field('Scopes').fill('orders:read')
    await agree('Make the invitation')
    const token = await secret(/^Initial access token of/)
    const registered = await world.server.ask('POST', '/oauth/register', {
      token,
      body: { client_name: 'Guest', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' },
    })
    assert.equal(registered.status, 201, registered.text)
    await world.open('/clients?state=unverified', 'Clients')
    await row('Guest').focus()
    await operator.page.keyboard.press('Enter')
    await operator.reads('Nobody here has checked this client')
    await choose('Stand by it…')
    await agree('Stand by it')
    await operator.page.getByText('Nobody here has checked this client').waitFor({ state: 'detached' })
    assert.equal((await clientNamed('Guest')).verified, true)
    await operator.follow('All clients')
    await operator.page.getByRole('button', { name: /^Take back inv_/ }).click()
    await dialog().getByText('1 more client could register with it, and cannot any more. 1 client that has come by it stays.').waitFor()
    await agree('Take it back')
    await operator.reads('Whoever shows none registers nothing.')
    assert.deepEqual((await local('GET', '/v1/client-invitations')).client_invitations, [])
  })

  test('[J02] [D04] a role says before whom a change touches; its scopes stay reserved until they are released', async () => {
    const { operator, server } = world
    await world.open('/roles', 'Roles')
    await row('clerk').getByText('Only COUNTERSIGN_ROLE_SCOPES and a restart change it.').waitFor()
    await operator.press('Add a role…')
    await field('Name').fill('clerk')
    await field('Scopes').fill('orders:read orders:export')
    await dialog().getByRole('button', { name: 'Add role' }).click()
    await dialog().getByRole('alert').getByText('is there already').waitFor()
    await field('Name').fill('packer')
    await agree('Add role')
    const packer = await server.person(['packer'])
    await choose('Change…', 'packer')
    await dialog().getByText('Nothing changes.').waitFor()
    await field('Scopes').fill('orders:read')
    await dialog().getByText('1 account has it for good.').waitFor()
    await dialog().getByText('No client may ask for what changes.').waitFor()
    await agree('Change')
    assert.equal(await server.verdictOn(packer.access_token), 'token_revoked')
    await operator.reads('orders:export')
    await choose('Remove…', 'packer')
    await dialog().getByText('2 clients may ask for what changes', { exact: false }).waitFor()
    await agree('Remove role')
    await row('packer').waitFor({ state: 'detached' })
    await world.inspect('roles')
    await operator.press('Release orders:export…')
    await agree('Release')
    await until('it is released', async () => (await local('GET', '/v1/roles')).reserved.join() === 'orders:read')
    await choose('Accounts that have it', 'clerk')
    await operator.isShown('Users')
  })

  test('[J02] [D08] a trust rule is made, says of a token what does not fit, takes the right one, and is removed', async () => {
    const { operator } = world
    await world.open('/trust-rules', 'Trust rules')
    await operator.reads('countersign trust add --name Deploy')
    await operator.press('Add a rule…')
    await field('Name').fill('Deploy')
    await field('Issuer').fill(issuer.url)
    await field('Subject').fill('repo:acme/shop:*')
    await field('Other claims').fill('repository_id')
    await field('Acts as').selectOption(service.id)
    await world.inspect('trust-rule-add', ['narrow'])
    await dialog().getByRole('button', { name: 'Add rule' }).click()
    await dialog().getByRole('alert').getByText('must be name=value: repository_id').waitFor()
    await field('Other claims').fill('repository_id=74')
    await agree('Add rule')
    const [rule] = (await local('GET', '/v1/trust-rules')).trust_rules
    assert.deepEqual([rule.service, rule.claims, rule.reusable], [service.id, { repository_id: '74' }, false])

    const held = async (token: string): Promise<void> => {
      await operator.press('Test a token…')
      await field('Token').fill(token)
      await agree('Test')
    }
    await held(await issuer.job(world.browser.url, { repository_id: '75' }))
    await operator.reads('No rule takes the token')
    await operator.page.getByRole('cell', { name: 'repository_id', exact: true }).waitFor()
    await held(await issuer.job(world.browser.url))
    await operator.reads('One rule takes the token')
    await world.inspect('trust-rules')
    await row(issuer.url).focus()
    await operator.page.keyboard.press('Enter')
    await dialog().getByText('repository_id=74').waitFor()
    assert.equal(new URL(operator.page.url()).searchParams.get('rule'), rule.id)
    await dialog().getByRole('button', { name: 'Remove…' }).click()
    await dialog().getByText('No other rule is there for that service.').waitFor()
    await agree('Remove rule')
    await operator.reads('No rules')
    assert.deepEqual((await local('GET', '/v1/trust-rules')).trust_rules, [])
  })
})
