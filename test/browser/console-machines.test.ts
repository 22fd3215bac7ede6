import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { until } from '../http/patience.ts'
import { PASSWORD } from '../http/server-world.ts'
import { ConsoleWorld } from './console-world.ts'

suite('machines in the console', () => {
  let world: ConsoleWorld
  before(async () => {
    world = await ConsoleWorld.open({ roleScopes: { staff: ['orders:read', 'orders:write'] } })
  })
  after(() => world[Symbol.asyncDispose]())

  const rowOf = (text: string): Locator => world.operator.page.getByRole('row').filter({ hasText: text })
  const dialog = (): Locator => world.operator.page.getByRole('dialog')
  const field = (label: string): Locator => dialog().getByLabel(label, { exact: true })
  const status = async (token: string, path = '/v1/me'): Promise<number> => (await world.server.ask('GET', path, { token })).status

  const person = async (email: string): Promise<string> => {
    const made = await world.server.local('POST', '/v1/users', { email, password: PASSWORD, roles: ['staff'] })
    assert.equal(made.status, 201, made.text)
    return made.body.user.id
  }

  /** Presses the button of the dialog that is open, and waits until that has closed. */
  async function agree(verb: string, title: string): Promise<void> {
    await dialog().getByRole('button', { name: verb, exact: true }).click()
    await world.operator.page.getByRole('heading', { level: 2, name: title, exact: true }).waitFor({ state: 'detached' })
  }

  /** The secret that is shown this once, which goes when somebody says that it is stored. */
  async function secret(title: string): Promise<string> {
    await dialog().getByRole('heading', { name: title, exact: true }).waitFor()
    const text = await dialog().getByRole('textbox').inputValue()
    await world.operator.page.keyboard.press('Escape')
    await dialog().getByRole('button', { name: 'I have stored it' }).click()
    await dialog().waitFor({ state: 'detached' })
    assert.ok(!(await world.operator.page.content()).includes(text), 'it is nowhere any more')
    return text
  }

  /** By the menu of a row. */
  async function choose(row: string, action: string): Promise<void> {
    await rowOf(row).getByRole('button', { name: 'Actions' }).click()
    await world.operator.page.getByRole('menuitem', { name: action, exact: true }).click()
    await dialog().waitFor()
  }

  test('[J02] an API key is made for somebody by their address, shown once, and stands in the list of everyone', async () => {
    const { operator } = world
    const owner = await person('ci@harbour.example')
    await world.open('/api-keys', 'API keys')
    await operator.reads('countersign api-keys create')
    await operator.press('Make a key…')
    await field('Name').fill('nightly')
    await field('E-mail address or id of the person').fill('nobody@harbour.example')
    await dialog().getByRole('button', { name: 'Make the key' }).click()
    await dialog().getByRole('alert').waitFor()
    assert.match((await field('E-mail address or id of the person').getAttribute('aria-describedby')) ?? '', /fault/)
    await field('E-mail address or id of the person').fill('CI@harbour.example')
    await field('Scope').fill('orders:read')
    await field('Limit').fill('100/60')
    await field('Tags').fill('night build, ci')
    await world.inspect('api-key-new', ['narrow'])
    await agree('Make the key', 'Make an API key')
    const key = await secret('The key nightly')
    assert.equal(await status(key), 200)
    await rowOf('nightly').waitFor()
    const { api_keys: keys } = (await world.server.local('GET', '/v1/api-keys')).body
    assert.deepEqual(
      [keys.length, keys[0].user, keys[0].scope, keys[0].rate_limit, keys[0].tags],
      [1, owner, ['orders:read'], { requests: 100, seconds: 60 }, ['night build', 'ci']],
    )
    await world.inspect('api-keys')
  })

  test('[J02] an API key is opened by keyboard, changed, switched off and on, replaced and removed: the server does as the page says', async () => {
    const { operator } = world
    const { page } = operator
    const user = await person('build@harbour.example')
    const { body } = await world.server.local('POST', '/v1/api-keys', { name: 'build', user, tags: ['old'] })
    const path = `/v1/api-keys/${body.api_key.id}`
    const shown = async () => (await world.server.local('GET', path)).body.api_key
    await world.open(`/api-keys?owner=${user}&state=usable`, 'API keys')
    await rowOf('nightly').waitFor({ state: 'detached' })
    await rowOf('build').focus()
    await page.keyboard.press('Enter')
    await operator.isShown('build')
    await operator.press('Change…')
    await field('Tags').fill('new')
    await agree('Save', 'Change build')
    assert.deepEqual((await shown()).tags, ['new'])
    await operator.reads('new')
    await operator.press('Switch off…')
    await agree('Switch off', 'Switch build off')
    await operator.reads('Switched off')
    await until('the server refuses it', async () => (await status(body.key)) === 401)
    await operator.press('Switch on')
    await agree('Switch on', 'Switch build on')
    await until('the server takes it', async () => (await status(body.key)) === 200)
    await operator.press('Replace…')
    await field('The old key goes on for').selectOption('3600')
    await agree('Replace', 'Replace build')
    const next = await secret('The key build')
    assert.deepEqual([await status(next), await status(body.key)], [200, 200], 'both for the overlap')
    await operator.reads('Replaced by')
    await world.inspect('api-key')
    await operator.press('Remove…')
    await agree('Remove', 'Remove build')
    await operator.isShown('API keys')
    await until('the server refuses it', async () => (await status(body.key)) === 401)
    assert.equal(await status(next), 200)
  })

  /** As a device does it, while its owner is signed in. */
  async function enrol(name: string, email: string): Promise<void> {
    const { body: owner } = await world.server.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD } })
    const { body: asked } = await world.server.ask('POST', '/v1/challenges', { body: {} })
    const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    const signed = new TextEncoder().encode(`countersign/device-enrolment/1\n${world.browser.url}\n${asked.challenge}`)
    const signature = Buffer.from(await crypto.subtle.sign('Ed25519', pair.privateKey, signed)).toString('base64url')
    const { kty, crv, x } = await crypto.subtle.exportKey('jwk', pair.publicKey)
    const body = { name, public_key: { kty, crv, x }, challenge: asked.challenge, signature }
    const enrolled = await world.server.ask('POST', '/v1/device-keys', { token: owner.access_token, body })
    assert.equal(enrolled.status, 201, enrolled.text)
  }

  test('[J02] access keys are made with a secret or with a public key, what ends with one is counted before, and devices are removed', async () => {
    const { operator } = world
    const owner = await person('kiosk@harbour.example')
    await enrol('scanner', 'kiosk@harbour.example')
    await world.open('/access-keys', 'Access keys')
    await operator.reads('countersign access-keys create')
    await operator.press('Make a key…')
    await field('Name').fill('kiosk')
    await field('E-mail address or id of the person').fill('kiosk@harbour.example')
    await field('Also the secret that Hawk clients use').check()
    await world.inspect('access-key-new', ['light'])
    await agree('Make the key', 'Make an access key')
    const [first = '', hawk = ''] = (await secret('The secret of kiosk')).split('\n')
    assert.match(first, /^cs_sk_/)
    assert.match(hawk, /^Secret for Hawk: \S+$/)
    const [{ id, roles }] = (await world.server.local('GET', '/v1/access-keys')).body.access_keys
    assert.equal(roles, null)
    const basic = `Basic ${Buffer.from(`${id}:${first}`).toString('base64')}`
    const temporary = await fetch(`${world.browser.url}/v1/temporary-credentials`, {
      method: 'POST',
      headers: { authorization: basic, 'content-type': 'application/json' },
      body: '{}',
    })
    assert.equal(temporary.status, 201)

    await operator.press('Make a key…')
    await field('Name').fill('gate')
    await field('E-mail address or id of the person').fill('kiosk@harbour.example')
    const publicKey = async (): Promise<string> => {
      const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
      return JSON.stringify(await crypto.subtle.exportKey('jwk', pair.publicKey))
    }
    await field('Public key, as a JWK').fill(await publicKey())
    await agree('Make the key', 'Make an access key')
    await choose('gate', 'Replace…')
    await field('Public key, as a JWK').fill(await publicKey())
    await agree('Replace', 'Replace gate')
    await rowOf('Replaced').filter({ hasText: 'gate' }).waitFor()
    assert.equal(await dialog().count(), 0, 'there is no secret to show')
    await operator.page.getByLabel('Kind').selectOption('public')
    await rowOf('kiosk').first().waitFor({ state: 'detached' })
    await operator.page.getByLabel('Kind').selectOption('')
    await world.inspect('access-keys')
    await choose('scanner', 'Remove…')
    await agree('Remove', 'Remove scanner')
    await operator.reads('No devices')
    assert.deepEqual((await world.server.local('GET', `/v1/device-keys?user=${owner}`)).body.device_keys, [])
    await operator.page.getByLabel('Kind').selectOption('hmac')
    await choose('kiosk', 'Remove…')
    await dialog().getByText('1 temporary key made from it ends too.').waitFor()
    await agree('Remove', 'Remove kiosk')
    await operator.reads('Nothing matches')
    const left = (await world.server.local('GET', '/v1/access-keys')).body.access_keys
    assert.deepEqual(
      left.map(({ name }: { name: string }) => name),
      ['gate', 'gate'],
    )
  })

  test('[J02] verifiers are shown as they report; a service is made with its credential, and its removal says what ends with it', async () => {
    const { operator } = world
    await world.open('/verifiers', 'Verifiers')
    await operator.reads('countersign services create --name orders')
    await world.inspect('verifiers-none', ['light'])
    await operator.press('Make a credential…')
    await field('Name').fill('orders')
    await agree('Make the credential', 'Make a credential for a service')
    const credential = await secret('The credential of orders')
    await operator.reads('No verifier reports')
    const report = async (instance: string, more: object): Promise<number> => {
      const body = {
        instance: instance.repeat(22),
        feed: 'sse',
        state: 'fresh',
        position: 0,
        age_ms: 400,
        every_ms: 300_000,
        sent_ms: 1000,
        ...more,
      }
      return (await world.server.ask('POST', '/v1/verifier-reports', { token: credential, body })).status
    }
    assert.equal(await report('a', { name: 'orders-1' }), 200)
    assert.equal(await report('b', { name: 'orders-2', state: 'grace', age_ms: 9000 }), 200)
    await rowOf('orders-1').filter({ hasText: 'Fresh' }).waitFor()
    await rowOf('orders-2').filter({ hasText: 'In grace' }).filter({ hasText: '9.0 s' }).waitFor()
    await operator.reads('1 of 2')
    await world.inspect('verifiers')
    await operator.page.getByLabel('State').selectOption('grace')
    await rowOf('orders-1').waitFor({ state: 'detached' })
    const [{ id }] = (await world.server.local('GET', '/v1/services')).body.services
    assert.equal((await world.server.local('POST', '/v1/api-keys', { name: 'robot', service: id })).status, 201)
    const services = operator.page.getByRole('region', { name: 'Services', exact: true })
    await services.getByRole('button', { name: 'Actions' }).click()
    await operator.page.getByRole('menuitem', { name: 'Remove…' }).click()
    await dialog().getByText('With it: the feed of 2 verifiers that report, 1 API key.').waitFor()
    await world.inspect('verifiers-remove', ['narrow'])
    await agree('Remove', 'Remove orders')
    await operator.reads('No services')
    assert.equal(await report('a', {}), 401)
    assert.deepEqual(
      (await world.server.local('GET', '/v1/api-keys?limit=200')).body.api_keys.filter((key: { name: string }) => key.name === 'robot'),
      [],
    )
  })
})
