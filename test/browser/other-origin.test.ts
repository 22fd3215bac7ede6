import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { until } from '../http/patience.ts'
import { openSite } from './client-site.ts'
import { asks, ClientWorld, type PageGlobals, signIn } from './client-world.ts'

interface Attempt {
  /** What the page of the other site has learnt by it. */
  readonly make: (page: Page, url: string) => Promise<unknown>
  /** How the server answers: to the request, or to the question of the browser whether that page may make it. */
  readonly status: number
}

const KEY = '{"name":"taken over"}'

/** What another site may try. */
const attempts: Readonly<Record<string, Attempt>> = {
  'a form': { make: (page, url) => submitted(page, `${url}/v1/access-keys`, 'application/x-www-form-urlencoded'), status: 403 },
  'a form that writes JSON as text': { make: (page, url) => submitted(page, `${url}/v1/access-keys`, 'text/plain'), status: 403 },
  'a form with files': { make: (page, url) => submitted(page, `${url}/v1/sessions/refresh`, 'multipart/form-data'), status: 415 },
  'a fetch whose answer nobody reads': {
    make: (page, url) => fetched(page, `${url}/v1/access-keys`, { method: 'POST', mode: 'no-cors', credentials: 'include', body: KEY }),
    status: 403,
  },
  'a fetch of JSON': {
    make: (page, url) =>
      fetched(page, `${url}/v1/access-keys`, {
        method: 'POST',
        credentials: 'include',
        headers: { 'content-type': 'application/json' },
        body: KEY,
      }),
    status: 405,
  },
  'a fetch that ends the session': {
    make: (page, url) => fetched(page, `${url}/v1/sessions/current`, { method: 'DELETE', credentials: 'include' }),
    status: 405,
  },
  'a fetch that reads': { make: (page, url) => fetched(page, `${url}/v1/me`, { credentials: 'include' }), status: 200 },
  'an image': { make: (page, url) => loaded(page, 'img', `${url}/v1/sessions`), status: 200 },
  'a script': { make: (page, url) => loaded(page, 'script', `${url}/v1/me`), status: 200 },
  'a beacon': {
    make: (page, url) =>
      page.evaluate(
        ([address = '', body = '']) => navigator.sendBeacon(address, new Blob([body], { type: 'text/plain' })) && 'nothing',
        [`${url}/v1/access-keys`, KEY],
      ),
    status: 403,
  },
}

/** Into a frame of its own, and the answer is what that shows. */
const submitted = (page: Page, action: string, enctype: string): Promise<unknown> =>
  page.evaluate(
    ([address = '', type = '']) =>
      new Promise((resolve) => {
        const frame = document.createElement('iframe')
        frame.name = 'answer'
        document.body.append(frame)
        const element = document.createElement('form')
        Object.assign(element, { action: address, enctype: type, method: 'post', target: 'answer' })
        const field = document.createElement('input')
        field.name = '{"name":"'
        field.value = 'taken over"}'
        element.append(field)
        document.body.append(element)
        frame.addEventListener('load', () => resolve(frame.contentDocument === null ? 'nothing' : 'something'))
        element.submit()
      }),
    [action, enctype],
  )

/** What a script can tell to `fetch` that may leave the test for the page. */
type Options = Pick<RequestInit, 'method' | 'mode' | 'credentials'> & { readonly headers?: Record<string, string>; readonly body?: string }

const fetched = (page: Page, url: string, options: Options): Promise<unknown> =>
  page.evaluate(
    async ([address, given]) => {
      try {
        return (await (await fetch(address, given)).text()) || 'nothing'
      } catch {
        return 'nothing'
      }
    },
    [url, options] as const,
  )

const loaded = (page: Page, tag: 'img' | 'script', url: string): Promise<unknown> =>
  page.evaluate(
    ([name, address]) =>
      new Promise((resolve) => {
        const element = document.createElement(name)
        element.addEventListener('load', () => resolve('something'))
        element.addEventListener('error', () => resolve('nothing'))
        element.src = address
        document.body.append(element)
      }),
    [tag, url] as const,
  )

suite('a page of another origin, in the browser of somebody who is signed in', () => {
  let world: ClientWorld
  let foreign: Awaited<ReturnType<typeof openSite>>
  let context: BrowserContext
  let own: Page
  before(async () => {
    world = await ClientWorld.open()
    foreign = await openSite()
    context = await world.browser()
    const { email } = await world.newcomer()
    own = await world.tab(context, 'cookie', { refreshesSilently: false })
    await signIn(own, email)
  })
  after(async () => {
    await foreign[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  const statuses = (since: number): readonly number[] =>
    world.server.lines.slice(since).flatMap((line) => {
      const { status } = JSON.parse(line)
      return status === undefined ? [] : [status]
    })

  for (const [name, { make, status }] of Object.entries(attempts)) {
    test(`[C03] ${name} changes nothing, and learns nothing`, async () => {
      const page = await context.newPage()
      await page.goto(foreign.origin)
      const cookies = await context.cookies(world.url)
      const since = world.server.lines.length
      assert.equal(await make(page, world.url), 'nothing')
      // What is sent without anybody waiting for it comes later.
      await until(`${name} at the server`, () => statuses(since).length > 0)
      await page.close()
      assert.equal(await asks(own, `${world.url}/v1/me`), '200')
      await until('what was asked after it', () => statuses(since).length > 1)
      assert.deepEqual(statuses(since), [status, 200])
      assert.deepEqual(await context.cookies(world.url), cookies)
    })
  }

  test('[C03] the session is whole after all of that, and the own page may do all of it', async () => {
    const made = await own.evaluate(
      async ([url = '', body = '']) => {
        const { session } = globalThis as unknown as PageGlobals
        const keys = await (await session.fetch(url)).json()
        const response = await session.fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
        return [keys.access_keys.length, response.status]
      },
      [`${world.url}/v1/access-keys`, KEY],
    )
    assert.deepEqual(made, [0, 201])
    assert.equal(await asks(own, `${world.url}/v1/sessions/current`, 'DELETE'), '204')
  })
})
