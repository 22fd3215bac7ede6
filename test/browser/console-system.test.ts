// What the console shows of the system itself: webhooks, signing keys, the audit log, mails. Driven as a person does; then the server is asked.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Locator } from 'playwright-core'
import type { ServerOptions } from '../../packages/server/src/index.ts'
import { until } from '../http/patience.ts'
import { PASSWORD } from '../http/server-world.ts'
import { WebhookEndpointWorld } from '../http/webhook-receiver.ts'
import { ConsoleWorld } from './console-world.ts'
import { savedFile } from './saved-file.ts'

/** Mail ends in the outbox. */
const withoutMail = { mailServer: undefined, mailFrom: undefined } as unknown as ServerOptions

suite('the system in the console', () => {
  let world: ConsoleWorld
  let receiver: WebhookEndpointWorld
  before(async () => {
    receiver = await WebhookEndpointWorld.open()
    world = await ConsoleWorld.open({ deliveryNetworks: ['127.0.0.0/8'], ...withoutMail })
  })
  after(async () => {
    await receiver.close()
    await world[Symbol.asyncDispose]()
  })

  const dialog = (): Locator => world.operator.page.getByRole('dialog')
  const row = (text: string): Locator => world.operator.page.getByRole('row').filter({ hasText: text })
  const query = (): URLSearchParams => new URL(world.operator.page.url()).searchParams

  /** Presses the button of the open dialog that does it, and waits until it is done. */
  async function agree(verb: string): Promise<void> {
    await dialog().getByRole('button', { name: verb, exact: true }).click()
    await dialog().getByRole('button', { name: verb, exact: true }).waitFor({ state: 'detached' })
  }

  async function choose(item: string): Promise<void> {
    await world.operator.press('More')
    await world.operator.page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  /** The secret that is shown this once. */
  async function takeSecret(): Promise<string> {
    const field = dialog().getByLabel('Secret, for whoever receives the webhooks')
    const secret = await field.inputValue()
    await world.operator.page.keyboard.press('Escape')
    assert.equal(await field.inputValue(), secret, 'it does not go unseen')
    await agree('I have stored it')
    return secret
  }

  const local = async (method: string, path: string, body?: unknown) => {
    const answer = await world.server.local(method, path, body)
    assert.ok(answer.status < 300, answer.text)
    return answer.body
  }
  const endpointNow = async () => (await local('GET', '/v1/webhook-endpoints')).webhook_endpoints[0]
  const someone = (email: string): Promise<unknown> => local('POST', '/v1/users', { email, password: PASSWORD })

  test('[J02] an endpoint is added: what is wrong is said at its field, what was typed stays, the secret is shown once, a test arrives signed', async () => {
    const { operator } = world
    await world.open('/webhooks', 'Webhooks')
    await operator.reads('countersign webhooks create https://app.example.com/webhooks --event session.ended')
    await operator.press('Add an endpoint')
    await dialog().getByLabel('Address').fill('http://10.0.0.1/hooks')
    await dialog().getByLabel('Description').fill('for partners')
    await dialog().getByLabel('All events, also those that later versions add').uncheck()
    for (const type of ['user.created', 'webhook.test']) await dialog().getByLabel(type, { exact: true }).check()
    await world.inspect('webhook-add', ['narrow'])
    operator.watch.wants(400, '/v1/webhook-endpoints')
    await dialog().getByRole('button', { name: 'Add endpoint' }).click()
    await dialog().getByRole('alert').getByRole('button').click()
    assert.equal(
      await dialog()
        .getByLabel('Address')
        .evaluate((field) => field === document.activeElement),
      true,
    )
    assert.equal(await dialog().getByLabel('Description').inputValue(), 'for partners')
    await dialog().getByLabel('Address').fill(receiver.url)
    await agree('Add endpoint')
    receiver.verifyWith(await takeSecret())
    await row('for partners').getByText('2 types of event').waitFor()
    await world.inspect('webhooks')
    await row('for partners').focus()
    await operator.page.keyboard.press('Enter')
    await operator.isShown(receiver.url)
    await operator.press('Send a test')
    await operator.reads('The answer was 204.')
    assert.deepEqual(
      receiver.taken.map(({ type }) => type),
      ['webhook.test'],
    )
  })

  test('[J02] an endpoint is changed, paused and enabled, and its secret is replaced: for a while both sign', async () => {
    const { operator } = world
    await choose('Change…')
    await dialog().getByLabel('Description').fill('')
    await dialog().getByLabel('webhook.test', { exact: true }).uncheck()
    await agree('Save changes')
    await choose('Pause…')
    await agree('Pause')
    await operator.reads('This endpoint is paused')
    const paused = await endpointNow()
    assert.deepEqual([paused.status, paused.description, paused.events], ['paused', null, ['user.created']])
    await someone('ada@harbour.example')
    await until('it waits', async () => (await local('GET', `/v1/webhook-endpoints/${paused.id}`)).waiting === 1)

    await choose('Replace the secret…')
    await dialog().getByLabel('Overlap').selectOption('One hour')
    await agree('Make a new secret')
    const secret = await takeSecret()
    await operator.reads('2: messages have 2 signatures until the overlap is over')
    receiver.verifyWith(secret)
    await choose('Enable…')
    await agree('Enable')
    const [arrived] = await receiver.arrivedOf('user.created')
    assert.equal(arrived?.headers['webhook-signature']?.split(' ').length, 2)
    await row('user.created').getByText('Delivered').waitFor()
  })

  test('[J02] what was given up is seen, looked at with what was sent, and sent again, one or all; the endpoint is removed with it', async () => {
    const { operator } = world
    receiver.deciding = (response) => response.writeHead(410).end() !== undefined
    await someone('bob@harbour.example')
    await operator.reads('It has answered 410: it is gone.')
    await row('user.created').getByText('Given up').waitFor()
    await operator.reads('Enable the endpoint first: one that is disabled is sent nothing again.')
    await world.inspect('webhook')
    receiver.deciding = undefined
    await choose('Enable…')
    await agree('Enable')
    await operator.page.getByLabel('State').selectOption('Given up')
    await row('Delivered').waitFor({ state: 'detached' })
    assert.equal(query().get('state'), 'dead')
    await row('Given up').focus()
    await operator.page.keyboard.press('Enter')
    await dialog().getByText('"type": "user.created"').waitFor()
    await dialog().getByRole('button', { name: 'Send again' }).click()
    await operator.page.getByRole('dialog', { name: 'Send the delivery again' }).getByRole('button', { name: 'Send again' }).click()
    await receiver.arrivedOf('user.created', 3)
    await dialog().getByText('HTTP 204').waitFor()
    await dialog().getByRole('button', { name: 'Close' }).click()
    await operator.press('Replay…')
    await dialog().getByLabel('Which').selectOption('Delivered')
    await agree('Send again')
    await operator.reads('2 deliveries will be sent again.')
    await receiver.arrivedOf('user.created', 5)
    await choose('Remove…')
    await agree('Remove endpoint')
    await operator.isShown('Webhooks')
    assert.equal(await endpointNow(), undefined)
  })

  test('[J02] the ring says what each key does; it is rotated without refusing anybody, and a key is revoked after its effect was read', async () => {
    const { operator } = world
    const ring = async (): Promise<readonly string[]> => {
      const keys: readonly { readonly purpose: string; readonly state: string }[] = (await local('GET', '/v1/signing-keys')).keys
      return keys.flatMap(({ purpose, state }) => (purpose === 'feed' ? [state] : [])).toSorted()
    }
    await world.open('/signing-keys', 'Signing keys')
    await row('Current').first().waitFor()
    await operator.reads('It is the one')
    await world.inspect('signing-keys')
    await operator.press('Rotate…')
    await dialog().getByLabel('Which').selectOption('The feed')
    await dialog().getByText('Nobody is signed out, nothing is refused.').waitFor()
    await agree('Rotate')
    await row('Previous').waitFor()
    assert.deepEqual(await ring(), ['current', 'next', 'previous'])
    await row('Previous')
      .getByRole('button', { name: /^Revoke key/ })
      .click()
    await dialog().getByText('No token is refused because of it.').waitFor()
    await dialog().getByText('Ends no session.').waitFor()
    await world.inspect('signing-key-revoke', ['light'])
    await agree('Revoke key')
    await row('Revoked').waitFor()
    assert.deepEqual(await ring(), ['current', 'next', 'revoked'])

    await operator.press('Move to the first…')
    await dialog().getByText('there is nothing to move').waitFor()
    await agree('Move')
    await operator.reads('Nothing had to be moved.')
  })

  test('[J02] the audit log is narrowed by the server, a record has an address, the chain is verified against a checkpoint, and all of it is exported', async () => {
    const { operator } = world
    const { page } = operator
    await world.open('/audit', 'Audit log')
    await row('revokeSigningKey').waitFor()
    await world.inspect('audit')
    await page.getByLabel('Operation').fill('rotateSigningKeys')
    await page.keyboard.press('Enter')
    await row('revokeSigningKey').waitFor({ state: 'detached' })
    assert.equal(query().get('operation'), 'rotateSigningKeys')
    await row('rotateSigningKeys').focus()
    await page.keyboard.press('Enter')
    await dialog().getByText('purpose', { exact: true }).waitFor()
    const { position } = (await local('GET', '/v1/audit-events?operation=rotateSigningKeys')).audit_events[0]
    // Whoever gets the address sees the record, also where their list does not hold it.
    await operator.open(`/console/audit?operation=signIn&event=${position}`)
    await dialog()
      .getByRole('heading', { name: `Record ${position}` })
      .waitFor()
    await dialog().getByText('rotateSigningKeys', { exact: true }).waitFor()
    await world.inspect('audit-event', ['narrow'])
    await dialog().getByRole('link', { name: 'All by this actor' }).click()
    await row('revokeSigningKey').waitFor()

    const checkpoint = await local('GET', '/v1/audit-events/head')
    await operator.press('Verify…')
    await dialog().getByLabel('Checkpoint').fill(JSON.stringify(checkpoint))
    await agree('Verify')
    await operator.reads(/are as they were written\. The record of the checkpoint is there/)
    await operator.press('Verify…')
    await dialog()
      .getByLabel('Checkpoint')
      .fill(JSON.stringify({ ...checkpoint, hash: 'x'.repeat(43) }))
    await agree('Verify')
    await row('Another record than the checkpoint is of.').waitFor()
    await world.inspect('audit-tampered', ['dark'])

    const file = savedFile(page)
    await operator.press('Export all')
    await page.getByRole('menuitem', { name: 'As JSON lines' }).click()
    const lines = (await file).trim().split('\n')
    const { audit_events: all } = await local('GET', `/v1/audit-events?actor=${query().get('actor')}&limit=500`)
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      all,
    )
  })

  test('[J02] mails say what waits and what was refused; in development each can be read, and nothing in it is part of the page', async () => {
    const { operator } = world
    await someone('cleo@harbour.example')
    await world.server.ask('POST', '/v1/password-resets', { body: { email: 'cleo@harbour.example' } })
    await until('it was written', async () => (await local('GET', '/v1/mails')).mails.length > 0)
    await world.open('/mails', 'Mails')
    await row('Choose a new').waitFor()
    await world.inspect('mails')
    await row('Choose a new').focus()
    await operator.page.keyboard.press('Enter')
    await dialog().getByText('Source of the HTML form').click()
    await dialog().getByText('<!doctype html>').waitFor()
    await world.inspect('mail', ['light'])
  })
})
