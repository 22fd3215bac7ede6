import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page, Route } from 'playwright-core'
import { until } from '../http/patience.ts'
import { PASSWORD } from '../http/server-world.ts'
import { ConsoleWorld } from './console-world.ts'
import { typePassword } from './journey.ts'

const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.tagName ?? '')

suite('the console when something goes wrong', () => {
  let world: ConsoleWorld
  let page: Page
  before(async () => {
    world = await ConsoleWorld.open()
    page = world.operator.page
  })
  after(() => world[Symbol.asyncDispose]())

  test('[J02] a server that does not answer is told of; what was shown stays, no part calls itself live, and it goes on by itself', async () => {
    const { watch } = world.operator
    await world.open('/revocation', 'Revocation')
    await page.locator('.live', { hasText: 'live' }).waitFor()
    const summary = '/v1/revocations/summary'
    let isDown = true
    let asked = 0
    watch.expects(503)
    const busy = (route: Route): Promise<void> => {
      if (!isDown) return route.continue()
      asked += 1
      const body = { type: 'urn:countersign:refusal:unavailable', title: 'Not now.', status: 503, code: 'unavailable' }
      return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(body) })
    }
    await page.route((url) => url.pathname === summary, busy)
    await page.getByRole('status').filter({ hasText: 'Nothing can be stored at the moment' }).waitFor()
    await page.locator('.stopped', { hasText: 'not live' }).waitFor()
    assert.equal(await page.getByRole('table').isVisible(), true)
    assert.ok(asked <= 4, 'it is not asked without end')
    isDown = false
    await page.locator('.live', { hasText: 'live' }).waitFor()
    await page.unrouteAll()
    watch.expects(undefined)
  })

  test('[J02] what is loaded again by itself takes nothing from whoever works: the text that is marked, the menu, the focus', async () => {
    await world.open('/mails', 'Mails')
    await page.evaluate(() => getSelection()?.selectAllChildren(document.querySelector('h1') as Node))
    let asked = 0
    page.on('request', (request) => {
      if (request.url().endsWith('/v1/mails')) asked += 1
    })
    await until('it was loaded again', () => asked > 0)
    assert.equal(await page.evaluate(() => getSelection()?.toString()), 'Mails')

    await world.open('/audit', 'Audit log')
    const rows = page.getByRole('row').filter({ hasText: 'signIn' })
    await rows.first().getByRole('button').first().focus()
    // Somebody clicks on the page, where nothing is.
    await page.locator('h1').click()
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await page.getByRole('button', { name: 'Operation' }).first().dispatchEvent('click')
    await until('the rows are in another order', () => new URL(page.url()).searchParams.get('sort') === 'operation')
    assert.equal(await focused(page), 'BODY')
  })

  test('[J02] a session that ends while a secret is shown takes nothing with it; what was typed is sent after a sign-in in another tab', async () => {
    const { watch, context } = world.operator
    await world.open('/verifiers', 'Verifiers')
    await page.getByRole('button', { name: 'Make a credential…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('orders')
    const { body } = await world.server.local('GET', `/v1/users?search=${world.email}`)
    watch.expects(401)
    await world.server.local('DELETE', `/v1/sessions?user=${body.users[0].id}`)
    await dialog.locator('[type=submit]').click()
    const link = dialog.getByRole('link', { name: 'Sign in in a new tab' })
    await link.waitFor()
    const [tab] = await Promise.all([context.waitForEvent('page'), link.click()])
    await tab.getByLabel('E-mail address', { exact: true }).fill(world.email)
    await tab.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await tab.keyboard.press('Enter')
    await tab.getByRole('heading', { level: 1, name: 'Confirmed' }).waitFor()
    await tab.close()
    await link.waitFor({ state: 'detached' })
    assert.equal(await dialog.getByLabel('Name').inputValue(), 'orders')
    await dialog.locator('[type=submit]').click()
    const secret = dialog.getByRole('textbox')
    await until('the secret is shown', async () => (await secret.inputValue()).startsWith('cs_svc_'))

    let refused = 0
    page.on('response', (response) => {
      if (response.status() === 401) refused += 1
    })
    await world.server.local('DELETE', `/v1/sessions?user=${body.users[0].id}`)
    await until('the page has heard that its session is over', () => refused > 1)
    assert.match(await secret.inputValue(), /^cs_svc_/)
    await dialog.getByRole('button', { name: 'I have stored it' }).click()
    await world.operator.arrivesAt('/sign-in')
    await typePassword(world.operator, { email: world.email, password: PASSWORD })
    await world.operator.arrivesAt('/console/verifiers')
    watch.expects(undefined)
  })

  test('[J02] when another person signs in at the same browser, an open page of the one before does nothing in their name, and shows nothing more', async () => {
    const other = 'second@harbour.example'
    const made = await world.server.local('POST', '/v1/users', { email: other, password: PASSWORD, roles: ['admin'] })
    assert.equal(made.status, 201)
    await world.open('/users', 'Users')
    await page.getByRole('button', { name: 'Create user…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('E-mail address').fill('begun-by-the-first@harbour.example')
    const tab = await world.operator.context.newPage()
    await tab.goto(new URL('/sign-out', page.url()).href)
    await tab.getByRole('button', { name: 'Sign out' }).click()
    await tab.goto(new URL('/sign-in?return_to=/console/confirmed', page.url()).href)
    await tab.getByLabel('E-mail address', { exact: true }).fill(other)
    await tab.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await tab.keyboard.press('Enter')
    await tab.getByRole('heading', { level: 1, name: 'Confirmed' }).waitFor()
    await tab.close()
    await dialog.getByRole('button', { name: 'Create', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    await world.operator.reads(other)
    const { body } = await world.server.local('GET', '/v1/users?search=begun-by')
    assert.deepEqual(body.users, [])
  })
})
