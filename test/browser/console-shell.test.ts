import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { until } from '../http/patience.ts'
import { PASSWORD } from '../http/server-world.ts'
import { ConsoleWorld } from './console-world.ts'

const SIX_MINUTES_MS = 6 * 60_000

/** What has the focus, by its text. */
const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '')
const hasFocus = (page: Page, what: string, text: string | RegExp): Promise<void> =>
  until(`${what} has the focus`, async () => (typeof text === 'string' ? (await focused(page)) === text : text.test(await focused(page))))

suite('what stands around every page of the console', () => {
  let world: ConsoleWorld
  let page: Page
  const row = (text: string): Locator => page.getByRole('row').filter({ hasText: text })
  before(async () => {
    world = await ConsoleWorld.open()
    page = world.operator.page
    for (const name of ['ann', 'bea', 'cleo']) {
      const made = await world.server.local('POST', '/v1/users', { email: `${name}@harbour.example`, name, password: PASSWORD })
      assert.equal(made.status, 201)
    }
  })
  after(() => world[Symbol.asyncDispose]())

  test('[J02] it can be used without a mouse: skip link, heading, rows, menu and dialog have the focus when it is their turn', async () => {
    await world.open('/nowhere', 'There is nothing here')
    await page.keyboard.press('Tab')
    assert.equal(await focused(page), 'Skip to the content')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main')
    assert.equal(new URL(page.url()).pathname, '/console/nowhere')

    await world.operator.follow('Users')
    await page.locator('h1:focus', { hasText: 'Users' }).waitFor()
    assert.match(await page.title(), /^Users · /)
    assert.equal(await world.operator.link('Users').getAttribute('aria-current'), 'page')
    await row('ann@').waitFor()

    await page.getByRole('region', { name: 'Accounts' }).focus()
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowDown')
    await hasFocus(page, 'the second row', /^\S+@harbour/)
    await page.keyboard.press('k')
    const [email = ''] = (await focused(page)).match(/^[a-z]+@harbour\.example/) ?? []
    await page.keyboard.press('Enter')
    await world.operator.isShown(email)
    await page.locator('h1:focus').waitFor()
    await page.goBack()
    await row('ann@').waitFor()

    await page.getByRole('button', { name: 'Export' }).focus()
    await page.keyboard.press('ArrowDown')
    await hasFocus(page, 'the first item', 'CSV, 4 rows')
    await page.keyboard.press('End')
    await hasFocus(page, 'the last item', 'JSON, 4 rows')
    await page.keyboard.press('Escape')
    await hasFocus(page, 'the button of the menu', 'Export')

    await page.getByRole('button', { name: 'Keyboard' }).press('Enter')
    await page.getByLabel('/ searches from anywhere').uncheck()
    await page.keyboard.press('Escape')
    await hasFocus(page, 'what opened the dialog', 'Keyboard')
    await page.keyboard.press('/')
    assert.equal(await focused(page), 'Keyboard')
    await page.getByRole('button', { name: 'Keyboard' }).press('Enter')
    await page.getByLabel('/ searches from anywhere').check()
    await world.inspect('keys', ['light'])
    await page.keyboard.press('Escape')
  })

  test('[J02] search, order and filter stand in the address, which brings them back', async () => {
    await world.open('/users?search=harbour&sort=-email', 'Users')
    const emails = (): Promise<readonly string[]> => page.locator('tbody tr td:first-child').allInnerTexts()
    await row('ann@').waitFor()
    assert.equal(await page.getByLabel('Search').inputValue(), 'harbour')
    assert.deepEqual(
      (await emails()).map((text) => text[0]),
      ['o', 'c', 'b', 'a'],
    )
    await page.getByRole('button', { name: 'E-mail address' }).click()
    await page.getByRole('button', { name: 'E-mail address' }).click()
    assert.equal(new URL(page.url()).search, '?search=harbour&sort=email')
    assert.deepEqual(
      (await emails()).map((text) => text[0]),
      ['a', 'b', 'c', 'o'],
    )
    await page.getByLabel('Search').fill('nobody at all')
    await page.getByRole('button', { name: 'Clear search and filters' }).click()
    await row('cleo@').waitFor()
    assert.equal(new URL(page.url()).search, '?sort=email')
    assert.equal(await page.getByLabel('Search').inputValue(), '')
  })

  test('[J02] what is shown is saved as CSV, where no cell is a formula, and as JSON', async () => {
    await page.evaluate(() => {
      // Keeping the file is the browser's business.
      HTMLAnchorElement.prototype.click = function keep(): void {
        document.body.dataset['saved'] = this.download
      }
      const { createObjectURL } = URL
      URL.createObjectURL = (file: Blob): string => {
        void file.text().then((text) => (document.body.dataset['text'] = text))
        return createObjectURL(file)
      }
    })
    await world.server.local('POST', '/v1/users', { email: 'dora@harbour.example', name: '=HYPERLINK("x")', password: PASSWORD })
    await page.getByLabel('Search').fill('dora')
    await row('dora@').waitFor()
    await until('only one is left', async () => (await page.getByRole('row').count()) === 2)
    const saved = async (item: string): Promise<string> => {
      await page.evaluate(() => delete document.body.dataset['text'])
      await page.getByRole('button', { name: 'Export' }).click()
      await page.getByRole('menuitem', { name: item }).click()
      await page.locator('body[data-text]').waitFor()
      return page.evaluate(() => `${document.body.dataset['saved']}\n${document.body.dataset['text']}`)
    }
    const csv = await saved('CSV, 1 row')
    assert.match(csv, /^users-\d{4}-\d\d-\d\d\.csv\n/)
    assert.match(csv, /\r\ndora@harbour\.example,"'=HYPERLINK\(""x""\)",/)
    const json = JSON.parse((await saved('JSON, 1 row')).replace(/^.*\n/, ''))
    assert.deepEqual([json.length, json[0].name], [1, '=HYPERLINK("x")'])
  })

  test('[J02] a form that is refused says so on top, leads to its fields, and keeps what was typed', async () => {
    await world.open('/users', 'Users')
    world.operator.watch.wants(400, '/v1/users')
    await page.getByRole('button', { name: 'Create user…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('E-mail address').fill('no address')
    await dialog.getByRole('button', { name: 'Create', exact: true }).click()
    const summary = dialog.getByRole('alert')
    await summary.waitFor()
    assert.match(await focused(page), /^This was not done/)
    await summary.getByRole('button').click()
    assert.equal(await page.evaluate(() => (document.activeElement as HTMLInputElement).value), 'no address')
    const field = dialog.getByLabel('E-mail address')
    assert.equal(await field.getAttribute('aria-invalid'), 'true')
    await world.inspect('form-refused', ['light', 'dark', 'narrow'])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await hasFocus(page, 'what opened the dialog', 'Create user…')
  })

  test('[J02] when the access token ends the console goes on; what needs a recent sign-in is confirmed in another tab, and nothing typed is lost', async () => {
    await world.open('/users?search=ann', 'Users')
    await row('ann@').press('Enter')
    await world.operator.isShown('ann@harbour.example')
    await page.getByRole('button', { name: 'Give a role for a while…' }).click()
    const dialog = page.getByRole('dialog')
    const { body } = await world.server.local('GET', '/v1/users?search=ann@')
    const path = `/v1/users/${body.users[0].id}/elevations`
    await dialog.getByLabel('Role for a while').selectOption('admin')
    await dialog.getByLabel('Reason').fill('incident 12')
    world.browser.clock.advance(SIX_MINUTES_MS)
    world.operator.watch.wants(401, path)
    world.operator.watch.wants(401, path)
    const verb = dialog.locator('button[type=submit]')
    await verb.click()
    const link = dialog.getByRole('link', { name: 'Confirm in a new tab' })
    await link.waitFor()
    await world.inspect('confirm', ['light'])
    const [tab] = await Promise.all([world.operator.context.waitForEvent('page'), link.click()])
    await tab.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await tab.keyboard.press('Enter')
    await tab.getByRole('heading', { level: 1, name: 'Confirmed' }).waitFor()
    await tab.close()
    await link.waitFor({ state: 'detached' })
    assert.equal(await dialog.getByLabel('Reason').inputValue(), 'incident 12')
    await verb.click()
    await dialog.waitFor({ state: 'detached' })
    const { body: given } = await world.server.local('GET', path)
    assert.equal(given.elevations[0].reason, 'incident 12')
  })

  test('[J02] on a narrow screen the navigation folds into a menu', async () => {
    await page.setViewportSize({ width: 320, height: 700 })
    await world.open('/users', 'Users')
    assert.equal(await world.operator.link('Sessions').isVisible(), false)
    const menu = page.getByRole('button', { name: 'Menu' })
    await menu.click()
    await world.operator.follow('Sessions')
    await world.operator.isShown('Sessions')
    assert.equal(await menu.getAttribute('aria-expanded'), 'false')
    await menu.click()
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  test('[J02] whoever is no operator any more is told the command that makes one; whose session has ended is led to the sign-in, and back', async () => {
    const { body } = await world.server.local('GET', `/v1/users?search=${world.email}`)
    const path = `/v1/users/${body.users[0].id}`
    await world.open('/users', 'Users')
    await row('ann@').waitFor()
    await world.server.local('PATCH', path, { roles: [] })
    const { watch } = world.operator
    watch.wants(401, '/v1/users')
    watch.wants(403, '/v1/users')
    await page.getByLabel('Search').fill('bea')
    await world.operator.isShown('This is not for you yet')
    await world.operator.reads(`countersign users role ${world.email} --add admin`)
    await world.inspect('not-for-you')

    await world.server.local('PATCH', path, { roles: ['admin'] })
    await world.server.local('DELETE', `/v1/sessions?user=${body.users[0].id}`)
    await page.reload()
    await world.operator.arrivesAt('/sign-in')
    assert.equal(new URL(page.url()).searchParams.get('return_to'), '/console/users?search=bea')
  })
})
