// The state of redirects, through the four frameworks: tied to the browser that began, once, for minutes.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { createCallbackState, type CallbackStates } from 'countersign/cookie'
import { AuthError, ManualClock } from 'countersign/core'
import { callbacks as expressCallbacks } from 'countersign/express'
import { callbacks as fastifyCallbacks } from 'countersign/fastify'
import { callbacks as honoCallbacks } from 'countersign/hono'
import { callbacks as nodeCallbacks } from 'countersign/node'
import { MemoryReplayStore } from 'countersign/replay'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { listening, listeningFetch, type Mounted } from './listening.ts'

const NOW = 1_800_000_000_000
const PARTY = 'https://idp.example'
const BEGIN = { party: PARTY, returnTo: '/orders?page=2' }

function statesAt(clock: ManualClock, keys: readonly Uint8Array[] = [randomBytes(32)]): CallbackStates {
  return createCallbackState({ keys, clock, claims: new MemoryReplayStore({ clock }), lifeSeconds: 300 })
}

const codeOf = (error: unknown): string => (error instanceof AuthError ? error.code : String(error))
const answerOf = (query: URLSearchParams) => ({ party: query.get('party') ?? PARTY, state: query.get('state') ?? undefined })

/** `/begin` tells the state, `/finish?state=…` what was begun. */
const services: Readonly<Record<string, (states: CallbackStates) => Promise<Mounted>>> = {
  'node:http'(states) {
    const { begin, finish } = nodeCallbacks(states)
    return listening(
      createServer((request, response) => {
        const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
        if (pathname === '/begin') return void response.end(JSON.stringify(begin(response, BEGIN)))
        finish(request, response, answerOf(searchParams)).then(
          (finished) => response.end(JSON.stringify(finished)),
          (error: unknown) => response.end(JSON.stringify(codeOf(error))),
        )
      }),
    )
  },
  Express(states) {
    const { begin, finish } = expressCallbacks(states)
    const app = express()
    app.get('/begin', (_request, response) => void response.send(JSON.stringify(begin(response, BEGIN))))
    app.get('/finish', async (request, response) => {
      const answer = answerOf(new URL(request.url, 'http://localhost').searchParams)
      response.send(JSON.stringify(await finish(request, response, answer).catch(codeOf)))
    })
    return listening(createServer(app))
  },
  async Fastify(states) {
    const { begin, finish } = fastifyCallbacks(states)
    const app = fastify()
    app.get('/begin', async (_request, reply) => JSON.stringify(begin(reply, BEGIN)))
    app.get('/finish', async (request, reply) => {
      const answer = answerOf(new URL(request.url, 'http://localhost').searchParams)
      return JSON.stringify(await finish(request, reply, answer).catch(codeOf))
    })
    await app.ready()
    return listening(app.server)
  },
  Hono(states) {
    const { begin, finish } = honoCallbacks(states)
    const app = new Hono()
    app.get('/begin', (context) => context.text(JSON.stringify(begin(context, BEGIN))))
    app.get('/finish', async (context) =>
      context.text(JSON.stringify(await finish(context, context, answerOf(new URL(context.req.url).searchParams)).catch(codeOf))),
    )
    return listeningFetch(app.fetch)
  },
}

/** A browser, as far as cookies are concerned. */
class Browser {
  readonly #cookies = new Map<string, string>()
  readonly #origin: string

  constructor({ port }: Mounted) {
    this.#origin = `http://127.0.0.1:${port}`
  }

  get cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  // biome-ignore lint/suspicious/noExplicitAny: looked into freely by the tests
  async get(path: string): Promise<any> {
    const response = await fetch(`${this.#origin}${path}`, { headers: { cookie: this.cookies } })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      assert.match(cookie, /; HttpOnly/i)
      assert.match(cookie, /; SameSite=Lax/i)
      assert.match(cookie, /; Secure/i)
      if (/max-age=0(;|$)/i.test(cookie)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return JSON.parse(await response.text())
  }
}

for (const [name, serve] of Object.entries(services)) {
  suite(`redirects that come back, behind ${name}`, () => {
    test('[F01] what was begun comes back to the browser that began it, with its verifier and its way back, once', async () => {
      const mounted = await serve(statesAt(new ManualClock(NOW)))
      const browser = new Browser(mounted)
      const begun = await browser.get('/begin')
      assert.match(begun.state, /^[A-Za-z0-9_-]{43}$/)
      assert.equal(begun.setCookie, undefined)
      const { cookies } = browser
      for (const secret of [begun.state, begun.nonce, BEGIN.returnTo]) assert.ok(!cookies.includes(secret))
      const finished = await browser.get(`/finish?state=${begun.state}`)
      assert.deepEqual([finished.returnTo, finished.nonce], [BEGIN.returnTo, begun.nonce])
      assert.equal(createHash('sha256').update(finished.codeVerifier).digest('base64url'), begun.codeChallenge)
      assert.equal(browser.cookies, '')
      await mounted.close()
    })

    test('[F01] an answer that another browser has begun, that comes twice, late or from another party is refused', async () => {
      const clock = new ManualClock(NOW)
      const mounted = await serve(statesAt(clock))
      const [victim, thief] = [new Browser(mounted), new Browser(mounted)]
      const { state } = await thief.get('/begin')
      // Login CSRF: the thief's own answer, in the browser of somebody else, with and without something begun there.
      assert.equal(await victim.get(`/finish?state=${state}`), 'callback_invalid')
      const own = await victim.get('/begin')
      assert.equal(await victim.get(`/finish?state=${state}`), 'callback_invalid')
      for (const query of [
        '',
        'state=',
        'state=x',
        `state=${own.state.slice(0, 8)}${state.slice(8)}`,
        `state=${own.state}&party=https://other.example`,
      ])
        assert.equal(await victim.get(`/finish?${query}`), 'callback_invalid', query)
      const cookies = { headers: { cookie: victim.cookies } }
      const again = async (): Promise<unknown> =>
        (await fetch(`http://127.0.0.1:${mounted.port}/finish?state=${own.state}`, cookies)).json()
      const answers = await Promise.all(Array.from({ length: 8 }, again))
      assert.equal(answers.filter((answer) => answer !== 'callback_invalid').length, 1)
      const late = await victim.get('/begin')
      clock.advance(300_000)
      assert.equal(await victim.get(`/finish?state=${late.state}`), 'callback_invalid')
      await mounted.close()
    })
  })
}

suite('the state of redirects', () => {
  test('[F01] two tabs begin without being in each other’s way', async () => {
    const states = statesAt(new ManualClock(NOW))
    const [a, b] = [states.begin(BEGIN), states.begin({ ...BEGIN, returnTo: '/other' })]
    const cookies = [a, b].map(({ setCookie }) => setCookie.split(';')[0]).join('; ')
    assert.equal((await states.finish(PARTY, b.state, cookies)).returnTo, '/other')
    assert.equal((await states.finish(PARTY, a.state, cookies)).returnTo, BEGIN.returnTo)
  })

  test('[F01] what was sealed with other keys, or under another name, is refused', async () => {
    const clock = new ManualClock(NOW)
    const [old, next] = [randomBytes(32), randomBytes(32)]
    const before = statesAt(clock, [old])
    const { state, setCookie } = before.begin(BEGIN)
    const [cookie = ''] = setCookie.split(';')
    await assert.rejects(statesAt(clock, [next]).finish(PARTY, state, cookie), { code: 'callback_invalid' })
    const other = before.begin(BEGIN)
    const moved = `__Host-cs_callback_${other.state.slice(0, 8)}=${cookie.split('=')[1]}`
    await assert.rejects(before.finish(PARTY, other.state, moved), { code: 'callback_invalid' })
    assert.equal((await statesAt(clock, [next, old]).finish(PARTY, state, cookie)).returnTo, BEGIN.returnTo)
  })

  for (const returnTo of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '',
    'orders',
    `/${'x'.repeat(1024)}`,
  ]) {
    test(`[F01] ${JSON.stringify(returnTo.slice(0, 20))} is no way back`, () => {
      assert.throws(() => statesAt(new ManualClock(NOW)).begin({ party: PARTY, returnTo }), TypeError)
    })
  }
})
