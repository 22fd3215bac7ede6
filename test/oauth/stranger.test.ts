// What people that nobody knows can make the server keep: requests to sign in, device codes, pushed requests, proofs that count once.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { generateSigningKey, type SigningKey } from 'countersign/key'
import { createDpopProof } from 'countersign/token'
import * as client from 'openid-client'
import { Client } from 'pg'
import { PageBrowser } from '../http/page-browser.ts'
import { PASSWORD } from '../http/server-world.ts'
import { MovedTime } from './moved-time.ts'
import {
  DEVICE_GRANT,
  follow,
  OAuthWorld,
  onEachDatabase,
  type OpenWorld,
  postgresDatabase,
  REDIRECT,
  type RegisteredClient,
} from './oauth-world.ts'

/** RFC 7636 appendix B. */
const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
const ADDRESS_REQUESTS = 10
/** Those that go without a wait, and one that makes the next wait. */
const LET_IN = ADDRESS_REQUESTS + 1
const HOUR_SECONDS = 3600
/** Under one secret each network has the same counters in every run. */
const options = {
  trustedProxies: ['127.0.0.1'],
  secret: 'kP3mQ8vXz1Lr6TnB4wYc9HsD2fJgUa7Ee5RoNtVb0iMqZx',
  oauthAddressRequestsPerHour: ADDRESS_REQUESTS,
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

type Form = Readonly<Record<string, string>>

/** Whoever asks from some address, with what clients there are. */
class Asker {
  readonly world: OAuthWorld
  readonly #headers: Readonly<Record<string, string>>

  constructor(world: OAuthWorld, from: string) {
    this.world = world
    this.#headers = { 'x-forwarded-for': from }
  }

  /** As a link leads there. */
  authorize({ id }: RegisteredClient, change: Form = {}, headers: Form = { accept: 'text/html' }): Promise<Answer> {
    const asked = { client_id: id, redirect_uri: REDIRECT, response_type: 'code', scope: 'openid', ...challenge, ...change }
    return this.#ask(`/oauth/authorize?${new URLSearchParams(asked)}`, { headers })
  }

  push(registered: RegisteredClient, headers: Form = {}): Promise<Answer> {
    return this.#post('/oauth/par', registered, { redirect_uri: REDIRECT, response_type: 'code', scope: 'openid', ...challenge }, headers)
  }

  device(registered: RegisteredClient, change: Form = {}): Promise<Answer> {
    return this.#post('/oauth/device', registered, { scope: 'openid', ...change })
  }

  browser(): PageBrowser {
    return new PageBrowser(this.world.url, this.#headers)
  }

  #post(path: string, { id, secret }: RegisteredClient, form: Form, headers: Form = {}): Promise<Answer> {
    const shown = secret === undefined ? {} : { client_secret: secret }
    return this.#ask(path, { method: 'POST', headers, body: new URLSearchParams({ client_id: id, ...shown, ...form }) })
  }

  async #ask(path: string, { headers, ...init }: RequestInit): Promise<Answer> {
    const all = { ...this.#headers, ...(headers as Form) }
    const response = await fetch(this.world.url + path, { ...init, headers: all, redirect: 'manual' })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
}

const times = <Result>(count: number, work: () => Promise<Result>): Promise<readonly Result[]> =>
  Promise.all(Array.from({ length: count }, work))

const statusesOf = (answers: readonly Answer[]): Readonly<Record<number, number>> =>
  Object.fromEntries(Object.entries(Object.groupBy(answers, ({ status }) => status)).map(([status, each]) => [status, each?.length ?? 0]))

onEachDatabase('what strangers leave with the server', (_open, testOnce, database) => {
  let time: MovedTime
  let world: OAuthWorld
  /** Another server of the same database, where it takes several. */
  let second: OAuthWorld
  let place: string
  let known: RegisteredClient
  let unknown: RegisteredClient
  before(async () => {
    time = new MovedTime()
    const url = database === 'SQLite' ? undefined : await postgresDatabase()
    const open: OpenWorld = (given, platform) => OAuthWorld.open({ ...given, ...(url === undefined ? {} : { database: url }) }, platform)
    world = await open(options, time.platform)
    second = url === undefined ? world : await open({ ...options, issuer: world.url }, time.platform)
    place = url ?? join(world.server.folder, 'data', 'countersign.db')
    const grants = { grant_types: ['authorization_code', 'refresh_token', DEVICE_GRANT] }
    known = await world.client(grants)
    unknown = await world.client({ ...grants, kind: 'native' })
  })
  after(async () => {
    if (second !== world) await second[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
    time[Symbol.dispose]()
  })

  const proofBy = (key: SigningKey): string =>
    createDpopProof(key, {
      method: 'POST',
      uri: `${world.url}/oauth/par`,
      id: crypto.randomUUID(),
      issuedAt: Math.floor(time.platform.clock.now() / 1000),
    })

  /** What there is of it: artifacts, and proofs that count once. */
  async function kept(): Promise<number> {
    const count = (schema: string): string =>
      `SELECT (SELECT count(*) FROM ${schema}oauth_artifact) + (SELECT count(*) FROM ${schema}replay_claim) AS count`
    if (database === 'SQLite') {
      const file = new DatabaseSync(place, { readOnly: true })
      const row = file.prepare(count('')).get()
      file.close()
      return Number(row?.['count'])
    }
    const connection = new Client({ connectionString: place })
    await connection.connect()
    const { rows } = await connection.query(count('countersign.'))
    await connection.end()
    return Number(rows[0].count)
  }

  test('[D02] [I01] of what one network asks for at once, whatever it is and whichever server is asked, no more is kept than it may', async () => {
    const before = await kept()
    const askers = [new Asker(world, '198.51.100.1'), new Asker(second, '198.51.100.1')]
    const answers = await Promise.all(
      askers.flatMap((asker) => [
        ...Array.from({ length: 5 }, () => asker.authorize(known)),
        ...Array.from({ length: 5 }, () => asker.push(unknown)),
        ...Array.from({ length: 5 }, () => asker.device(unknown)),
      ]),
    )
    const { 429: refused = 0, ...others } = statusesOf(answers)
    assert.deepEqual([refused, Object.keys(others).toSorted()], [30 - LET_IN, ['200', '201', '303'].filter((each) => each in others)])
    assert.equal((await kept()) - before, LET_IN)
  })

  test('[D02] what is refused says when to ask again: people as a page in their language, programs and clients as a document of theirs', async () => {
    const asker = new Asker(world, '198.51.100.2')
    await times(LET_IN, () => asker.authorize(known))
    const before = await kept()
    for (const [language, words] of [
      ['en', 'There were too many attempts'],
      ['de', 'Das waren zu viele Versuche'],
    ] as const) {
      const page = await asker.authorize(known, {}, { accept: 'text/html', 'accept-language': language })
      assert.deepEqual([page.status, page.headers.get('retry-after'), page.headers.getSetCookie()], [429, '1', []])
      assert.match(page.text, new RegExp(`<html lang="${language}">[\\s\\S]*${words}[\\s\\S]*rate_limited`))
    }
    const problem = await asker.authorize(known, {}, { accept: 'application/json' })
    assert.deepEqual([problem.status, JSON.parse(problem.text).code], [429, 'rate_limited'])
    const proof = proofBy(await generateSigningKey('ES256'))
    for (const refused of [await asker.push(unknown), await asker.push(unknown, { dpop: proof }), await asker.device(unknown)]) {
      assert.deepEqual(
        [refused.status, refused.headers.get('retry-after'), JSON.parse(refused.text).error],
        [429, '1', 'temporarily_unavailable'],
      )
      assert.match(refused.headers.get('content-type') ?? '', /^application\/json/)
      assert.equal(refused.headers.get('cache-control'), 'no-store')
    }
    const ofPage = await asker.push(unknown, { origin: new URL(REDIRECT).origin })
    assert.deepEqual([ofPage.status, ofPage.headers.get('access-control-allow-origin')], [429, new URL(REDIRECT).origin])
    assert.equal((await kept()) - before, 0)
    assert.match(
      world.server.lines.join(''),
      /"oauth_request_refused","place":"\/oauth\/device","code":"rate_limited","address":"198\.51\.100\.2"/,
    )
  })

  test('[D02] neither another network, nor a client that proves itself, nor who is signed in notices; who has an IPv6 network is one', async () => {
    const [asker, neighbour, other] = ['2001:db8:7:7::1', '2001:db8:7:7:ffff::2', '2001:db8:7:8::1'].map((from) => new Asker(world, from))
    assert.ok(asker !== undefined && neighbour !== undefined && other !== undefined)
    const person = await world.server.person()
    const browser = asker.browser()
    await browser.submit(await browser.open('/sign-in'), 'sign_in', { email: person.email, password: PASSWORD })
    await times(LET_IN, () => asker.device(unknown))
    assert.deepEqual(statusesOf([await asker.authorize(known), await neighbour.device(unknown)]), { 429: 2 })
    assert.deepEqual(statusesOf([await other.authorize(known), await other.push(unknown), await other.device(unknown)]), {
      200: 1,
      201: 1,
      303: 1,
    })
    const provenToo = [...(await times(LET_IN, () => asker.push(known))), ...(await times(LET_IN, () => asker.device(known)))]
    assert.deepEqual(statusesOf(provenToo), { 200: LET_IN, 201: LET_IN })
    const config = await world.configured(known)
    for (let n = 0; n < 3; n++) {
      const { to, checks } = await world.begin(config, { prompt: 'consent' })
      const asked = await follow(browser, world.url, to)
      const { url } = await follow(browser, world.url, await browser.send(asked.page, 'allow'))
      assert.ok(url !== undefined)
      assert.ok((await client.authorizationCodeGrant(config, url, checks)).access_token)
    }
  })

  test('[D02] [D03] tokens are not counted, also where a client that proves nothing asks for them from such a network', async () => {
    const own = new Asker(world, '127.0.0.1')
    const person = await world.server.person()
    await times(LET_IN, () => own.device(unknown))
    assert.equal((await own.push(unknown)).status, 429)
    const { config, back, checks } = await world.consented(person, unknown)
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
    const { refresh_token: refresh = '' } = await client.authorizationCodeGrant(config, back, checks, undefined, { DPoP })
    for (let n = 0; n < 3; n++) assert.ok((await client.refreshTokenGrant(config, refresh, undefined, { DPoP })).access_token)
    assert.equal((await own.push(unknown)).status, 429)
  })

  test('[D02] what leaves nothing counts nothing, and a proof that a pushed request brings counts with it', async () => {
    const asker = new Asker(world, '198.51.100.4')
    const before = await kept()
    for (const change of [
      { prompt: 'none' },
      { redirect_uri: 'https://elsewhere.example' },
      { code_challenge_method: 'plain' },
      { response_type: 'token' },
    ]) {
      for (const { status } of await times(LET_IN, () => asker.authorize(known, change))) assert.notEqual(status, 429)
    }
    for (const { status } of await times(LET_IN, () => asker.push({ ...known, secret: 'wrong' }))) assert.equal(status, 401)
    assert.equal((await kept()) - before, 0)
    assert.equal((await asker.device(unknown, { claims: 'x'.repeat(16_384) })).status, 413)
    const key = await generateSigningKey('ES256')
    const pushed = await times(LET_IN + 1, () => asker.push(unknown, { dpop: proofBy(key) }))
    assert.deepEqual(statusesOf(pushed), { 201: LET_IN, 429: 1 })
    assert.equal((await kept()) - before, 2 * LET_IN)
  })

  test('[D02] who goes back to a request again and again, without signing in, leaves no more by that', async () => {
    const asker = new Asker(world, '198.51.100.5')
    const started = await asker.authorize(known)
    const cookies = started.headers.getSetCookie().map((each) => each.split(';')[0] ?? '')
    const uid = cookies.find((each) => each.startsWith('cs_resume='))?.slice('cs_resume='.length)
    const before = await kept()
    const answers = await times(LET_IN + 4, async () => {
      const headers = { accept: 'text/html', cookie: cookies.join('; '), 'x-forwarded-for': '198.51.100.5' }
      const response = await fetch(`${world.url}/oauth/authorize/${uid}`, { headers, redirect: 'manual' })
      return { status: response.status, headers: response.headers, text: await response.text() }
    })
    const { 303: again = 0 } = statusesOf(answers)
    assert.ok(again >= 1 && again < LET_IN, `${again} were let in`)
    assert.ok((await kept()) - before < LET_IN)
  })

  test('[D02] as time goes by it opens again, one by one, and in the end for as many as before', async () => {
    const asker = new Asker(world, '198.51.100.6')
    assert.deepEqual(statusesOf(await times(LET_IN + 4, () => asker.authorize(known))), { 303: LET_IN, 429: 4 })
    await time.pass(1, world)
    assert.deepEqual(statusesOf(await times(5, () => asker.authorize(known))), { 303: 1, 429: 4 })
    await time.pass(2 * HOUR_SECONDS, world)
    assert.deepEqual(statusesOf(await times(LET_IN + 4, () => asker.authorize(known))), { 303: LET_IN, 429: 4 })
  })

  testOnce('[D02] all networks together leave no more than they may, and who is signed in does not notice', async () => {
    await using small = await OAuthWorld.open({ ...options, oauthRequestsPerHour: 100 }, time.platform)
    const registered = await small.client()
    const person = await small.server.person()
    const browser = await small.browser(person.email)
    const flood = await Promise.all(Array.from({ length: 140 }, (_, n) => new Asker(small, `203.0.113.${n}`).authorize(registered)))
    const { 303: letIn = 0, 429: refused = 0 } = statusesOf(flood)
    assert.ok(letIn > 90 && letIn <= 104 && letIn + refused === 140, `${letIn} were let in, ${refused} refused`)
    const { to } = await small.begin(await small.configured(registered))
    const asked = await follow(browser, small.url, to)
    const { url } = await follow(browser, small.url, await browser.send(asked.page, 'allow'))
    assert.ok(url?.searchParams.has('code'))
  })
})
