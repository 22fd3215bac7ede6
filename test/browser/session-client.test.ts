import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { createVerifier } from 'countersign'
import { guard } from 'countersign/ws'
import type { BrowserContext, Page } from 'playwright-core'
import { WebSocketServer } from 'ws'
import { listening } from '../http/listening.ts'
import { patientPlatform, until } from '../http/patience.ts'
import { PASSWORD } from '../http/server-world.ts'
import { asks, changesOf, ClientWorld, hears, type Holding, openClient, type PageGlobals, signIn } from './client-world.ts'

/** All that a script of the page can get at: cookies, both storages, IndexedDB, and what it is given. */
const lootOf = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const { session } = globalThis as unknown as PageGlobals
    const loot: unknown[] = [document.cookie, { ...localStorage }, { ...sessionStorage }, await session.user(), await session.session()]
    for (const { name = '' } of await indexedDB.databases()) loot.push(name)
    return JSON.stringify([...loot, Object.entries(session), JSON.stringify(session)])
  })

/** But for what tells the device. What one tab has taken away another one sees a moment later. */
const isEmptied = (page: Page): Promise<boolean> =>
  page.evaluate(() => Object.keys({ ...localStorage, ...sessionStorage }).every((name) => name.endsWith(':device')))

suite('the session client in a real browser', () => {
  let world: ClientWorld
  let me: string
  before(async () => {
    world = await ClientWorld.open()
    me = `${world.url}/v1/me`
  })
  after(() => world[Symbol.asyncDispose]())

  interface Signed {
    readonly context: BrowserContext
    readonly page: Page
    readonly id: string
    readonly email: string
  }

  async function signedIn(holding: Holding): Promise<Signed> {
    const context = await world.browser()
    const { id, email } = await world.newcomer()
    const page = await world.tab(context, holding)
    await signIn(page, email)
    return { context, page, id, email }
  }

  const refreshCookieOf = async (context: BrowserContext): Promise<string> => {
    const found = (await context.cookies(world.url)).find(({ name }) => name === '__Host-cs_refresh')
    return found?.value ?? ''
  }

  const storedRefreshTokenOf = (page: Page, url: string): Promise<string> =>
    page.evaluate((base) => JSON.parse(localStorage.getItem(`countersign:${base}`) ?? '').refreshToken, url)

  test('[C02] [C05] a page with cookies goes on after it is loaded anew, asks and changes, and gets a new token by itself', async () => {
    const { context, page, email } = await signedIn('cookie')
    assert.equal(await asks(page, me), '200')
    assert.equal(await asks(page, `${world.url}/v1/sessions?except=current`, 'DELETE'), '200')
    await page.evaluate(() => localStorage.clear())
    await page.reload()
    await openClient(page, { baseUrl: world.url, transport: 'cookie' })
    await hears(page, 'signed-in')
    assert.equal(await page.evaluate(async () => (await (globalThis as unknown as PageGlobals).session.user())?.email), email)
    assert.equal(await asks(page, `${world.url}/v1/sessions?except=current`, 'DELETE'), '200')
    await context.close()
  })

  test('[C02] a script that got into a page with cookies can read no token', async () => {
    const { context, page } = await signedIn('cookie')
    const refreshToken = await refreshCookieOf(context)
    assert.match(refreshToken, /^cs_rt_/)
    const held = (await context.cookies(world.url)).filter(({ httpOnly }) => httpOnly)
    assert.deepEqual(held.map(({ name }) => name).toSorted(), ['__Host-cs_access', '__Host-cs_device', '__Host-cs_refresh'])
    const loot = await lootOf(page)
    for (const { name, value } of held) assert.ok(!loot.includes(value), name)
    const answers = await page.evaluate(async (url) => {
      const options: RequestInit = { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{}' }
      const response = await fetch(`${url}/v1/sessions/refresh`, options)
      return JSON.stringify([await response.text(), [...response.headers]])
    }, world.url)
    assert.match(answers, /csrf_token/)
    for (const { name, value } of await context.cookies(world.url)) if (name !== '__Host-cs_csrf') assert.ok(!answers.includes(value), name)
    assert.doesNotMatch(loot + answers, /cs_rt_|"access/)
    await context.close()
  })

  for (const holding of ['bearer', 'cookie'] as const) {
    test(`[B01] with ${holding} tokens a sign-out in one tab signs out all, and leaves no token behind`, async () => {
      const { context, page } = await signedIn(holding)
      const other = await world.tab(context, holding)
      assert.equal(await asks(other, me), '200')
      const held = await context.cookies(world.url)
      const stored = holding === 'bearer' ? await storedRefreshTokenOf(page, world.url) : ''
      await page.evaluate(() => (globalThis as unknown as PageGlobals).session.signOut())
      await hears(other, 'signed-out')
      for (const tab of [page, other]) {
        await until('nothing is left in the storage', () => isEmptied(tab))
        assert.equal(await tab.evaluate(() => (globalThis as unknown as PageGlobals).session.user()), undefined)
        await assert.rejects(asks(tab, me), /credential_missing/)
      }
      const left = (await context.cookies(world.url)).map(({ name }) => name)
      assert.deepEqual(left, holding === 'cookie' ? ['__Host-cs_device'] : [])
      const refreshToken = held.find(({ name }) => name === '__Host-cs_refresh')?.value ?? stored
      assert.equal(await world.server.refreshVerdictOn(refreshToken), 'refresh_invalid')
      await context.close()
    })

    test(`[B36] [C05] with ${holding} tokens a change of roles appears in every tab, and nobody signs in again`, async () => {
      const { context, page, id } = await signedIn(holding)
      const other = await world.tab(context, holding)
      assert.equal(await asks(other, me), '200')
      const { status } = await world.server.local('PATCH', `/v1/users/${id}`, { roles: ['staff'] })
      assert.equal(status, 200)
      assert.equal(await asks(page, me), '200')
      await hears(page, 'refreshed staff')
      await hears(other, 'refreshed staff')
      assert.equal(await asks(other, me), '200')
      assert.deepEqual(
        (await changesOf(page)).filter((change) => change.startsWith('signed-out')),
        [],
      )
      await context.close()
    })

    test(`[B23] with ${holding} tokens a stolen refresh token is of no use while the tab works: its second use ends the session`, async () => {
      const { context, page } = await signedIn(holding)
      const stolen = holding === 'cookie' ? await refreshCookieOf(context) : await storedRefreshTokenOf(page, world.url)
      await page.evaluate(() => (globalThis as unknown as PageGlobals).session.refresh())
      assert.equal(await asks(page, me), '200')
      assert.equal(await world.server.refreshVerdictOn(stolen), 'refresh_reused')
      const verdict = await asks(page, me)
      assert.match(verdict, /^(?:token_revoked|credential_missing)$/)
      await hears(page, 'signed-out refresh_invalid')
      await context.close()
    })

    test(`[C05] with ${holding} tokens a tab that slept for an hour goes on by itself`, async () => {
      const { context, page } = await signedIn(holding)
      await page.clock.install({ time: Date.now() })
      await page.reload()
      await openClient(page, { baseUrl: world.url, transport: holding })
      assert.equal(await asks(page, me), '200')
      const before = (await changesOf(page)).length
      world.clock.advance(3_600_000)
      await page.clock.fastForward(3_600_000)
      await page.waitForFunction((seen) => (globalThis as unknown as PageGlobals).changes.length > seen, before)
      assert.equal(await asks(page, me), '200')
      assert.deepEqual(
        (await changesOf(page)).filter((change) => change.startsWith('signed-out')),
        [],
      )
      await context.close()
    })
  }

  test('[C05] without a network the token that lives goes on; what has ended meanwhile comes back with the network', async () => {
    const { context, page } = await signedIn('bearer')
    await context.setOffline(true)
    const failure = await page.evaluate(async () => {
      const { session } = globalThis as unknown as PageGlobals
      await session.accessToken()
      return session.refresh().then(
        () => 'refreshed',
        (error) => error.name,
      )
    })
    assert.equal(failure, 'TypeError')
    await context.setOffline(false)
    assert.equal(await asks(page, me), '200')
    assert.deepEqual(await changesOf(page), ['signed-in'])
    await context.close()
  })

  test('[C05] a worker and its page have one session, and one exchange at a time', async () => {
    const context = await world.browser()
    const { email } = await world.newcomer()
    const page = await world.tab(context, 'bearer')
    const outcome = await page.evaluate(
      async ([baseUrl = '', address = '', password = '']) => {
        const { countersign } = globalThis as unknown as PageGlobals
        const session = countersign.createSessionClient({ baseUrl, storage: countersign.workerStorage() })
        const changes: string[] = []
        session.onChange(({ state }) => changes.push(state))
        const worker = new Worker('/worker.js', { type: 'module' })
        let last = 0
        const ask = (name?: string): Promise<unknown> =>
          new Promise((resolve) => {
            const id = ++last
            worker.addEventListener('message', ({ data }) => data.id === id && resolve(data.error ?? data.value))
            worker.postMessage({ id, name, options: { baseUrl } })
          })
        await ask()
        await session.signIn({ email: address, password })
        const first = await session.accessToken()
        const same = (await ask('accessToken')) === first
        for (let i = 0; i < 10; i++) await Promise.all([session.refresh(), ask('refresh')])
        const successor = await session.accessToken()
        const sameAgain = (await ask('accessToken')) === successor
        await session.signOut()
        return {
          same,
          sameAgain,
          isNew: successor !== first,
          after: await ask('accessToken'),
          changes: changes.filter((each) => each !== 'refreshed'),
        }
      },
      [world.url, email, PASSWORD],
    )
    const changes = ['signed-in', 'signed-out']
    assert.deepEqual(outcome, { same: true, sameAgain: true, isNew: true, after: 'credential_missing', changes })
    await context.close()
  })

  test('[B08] [B38] a sign-out everywhere reaches an open tab through its open socket', async () => {
    const { context, page } = await signedIn('bearer')
    await using stack = new AsyncDisposableStack()
    const { credential } = await world.server.service()
    const verifier = createVerifier({ issuer: world.url, audience: world.url, credential, platform: patientPlatform })
    stack.defer(() => verifier.close())
    await verifier.ready()
    const server = createServer()
    server.on('upgrade', guard(verifier)(new WebSocketServer({ noServer: true })))
    const { port, close } = await listening(server)
    stack.defer(close)
    await page.evaluate(async (address) => {
      const world = globalThis as unknown as PageGlobals
      const socket = new WebSocket(address, ['countersign.bearer', await world.session.accessToken()])
      socket.addEventListener('close', ({ code, reason }) => {
        world.changes.push(`socket ${code} ${reason}`)
        // Whether it was the session or its token alone, the server says.
        world.session.refresh().catch(() => undefined)
      })
      await new Promise((resolve) => socket.addEventListener('open', resolve))
    }, `ws://localhost:${port}`)
    const elsewhere = await page.evaluate(async (url) => {
      const token = await (globalThis as unknown as PageGlobals).session.accessToken()
      const response = await fetch(`${url}/v1/sessions`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
      return response.status
    }, world.url)
    assert.equal(elsewhere, 200)
    await hears(page, 'socket 4401 token_revoked')
    await hears(page, 'signed-out refresh_invalid')
    await until('nothing is left in the storage', () => isEmptied(page))
    await context.close()
  })

  test('[A22] a page signs requests with a key in IndexedDB that no script can read, also after it was loaded anew', async () => {
    const { context, page } = await signedIn('bearer')
    const signed = (): Promise<readonly unknown[]> =>
      page.evaluate(async (url) => {
        const { countersign, session } = globalThis as unknown as PageGlobals
        const store = countersign.openKeyStore()
        let credential = await store.load('device')
        const isKnown = credential !== undefined
        if (credential === undefined) {
          const { privateKey, publicKey } = await countersign.newKeyPair()
          const body = JSON.stringify({ name: 'this browser', public_key: publicKey })
          const response = await session.fetch(`${url}/v1/access-keys`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          })
          credential = { keyId: (await response.json()).access_key.id, privateKey }
          await store.save('device', credential)
        }
        const exported =
          'privateKey' in credential ? await crypto.subtle.exportKey('jwk', credential.privateKey).catch((error) => error.name) : ''
        const answer = await countersign.signingFetch({ credential })(`${url}/v1/me`)
        return [isKnown, exported, answer.status]
      }, world.url)
    assert.deepEqual(await signed(), [false, 'InvalidAccessError', 200])
    await page.reload()
    await openClient(page, { baseUrl: world.url })
    assert.deepEqual(await signed(), [true, 'InvalidAccessError', 200])
    await context.close()
  })
})
