import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createSessionClient } from 'countersign/client'
import { type Child, start } from '../../tool/child.ts'
import { untilSaid } from '../http/patience.ts'
import { type Chromium, startChromium } from '../service/chromium.ts'

const main = fileURLToPath(import.meta.resolve('../../example/express-api/main.ts'))
const EMAIL = 'ada@example.com'
const PASSWORD = 'correct horse battery'

suite('the example of an API with a page', () => {
  let api: Child
  let issuer: string
  let chromium: Chromium
  before(async () => {
    ;[api, chromium] = await Promise.all([start(main, [], { PORT: '0' }), startChromium()])
    ;({ issuer } = (await (await fetch(`${api.url}/issuer`)).json()) as { issuer: string })
  })
  after(async () => {
    await chromium[Symbol.asyncDispose]()
    await api.kill('SIGTERM')
  })

  test('[C11] a program uses it with a token, and is refused as soon as it has signed out', async () => {
    const client = createSessionClient({ baseUrl: issuer })
    await client.signIn({ email: EMAIL, password: PASSWORD })
    const headers = { authorization: `Bearer ${await client.accessToken()}`, 'content-type': 'application/json' }
    const write = (text: unknown): Promise<Response> =>
      fetch(`${api.url}/notes`, { method: 'POST', headers, body: JSON.stringify({ text }) })
    assert.deepEqual(await (await write('tea')).json(), { notes: ['tea'] })
    assert.equal((await write(7)).status, 400)
    assert.equal((await fetch(`${api.url}/notes`, { method: 'DELETE', headers })).status, 403)
    assert.equal((await fetch(`${api.url}/notes`)).status, 401)
    await client.signOut()
    await untilSaid('401', async () => String((await fetch(`${api.url}/notes`, { headers })).status))
  })

  test('[C02] [B01] its page signs in, writes a note, goes on after it is loaded anew, and signs out in every tab', async () => {
    const context = await chromium.browser.newContext()
    context.setDefaultTimeout(60_000)
    const complaints: string[] = []
    context.on('weberror', (error) => complaints.push(error.error().message))
    context.on('console', (message) => {
      // That nobody is signed in is told by a status.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
    })
    const page = await context.newPage()
    await page.goto(api.url)
    await page.getByLabel('E-mail').fill(EMAIL)
    await page.getByLabel('Password').fill('not this one')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('That did not work: credentials_invalid').waitFor()
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText(`Signed in as ${EMAIL}`).waitFor()
    await page.getByLabel('Note').fill('<b>coffee</b>')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByText('<b>coffee</b>').waitFor()
    await page.reload()
    await page.getByText('<b>coffee</b>').waitFor()
    const other = await context.newPage()
    await other.goto(api.url)
    await other.getByText(`Signed in as ${EMAIL}`).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    for (const tab of [page, other]) await tab.getByText('Not signed in').waitFor()
    assert.equal(await other.getByText('coffee').count(), 0)
    assert.deepEqual(complaints, [])
    await context.close()
  })
})
