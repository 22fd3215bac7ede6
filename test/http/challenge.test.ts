// `proof: 'challenge'`: a service that believes no clock but its own monotonic one, against a real server.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createVerifier, type Verifier, type VerifierOptions } from 'countersign'
import { type Clock, ManualClock, type Platform, systemClock, systemPlatform } from 'countersign/core'
import { createSseFeed } from 'countersign/feed'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { verdict } from './authority-world.ts'
import { until, untilSaid } from './patience.ts'
import { ServerWorld } from './server-world.ts'

const NONCE = 'AAAAAAAAAAAAAAAAAAAAAAAA'
const YEAR_MS = 31_536_000_000
const strict = { freshness: 'strict' } as const

/** A service whose stream of events passes through a lock, and whose wall clock is set as the test likes. */
class Service implements Disposable {
  readonly verifier: Verifier
  /** What it has asked the issuer. */
  readonly nonces: string[] = []
  /** The events that are kept back; undefined while they pass. */
  #kept: (() => void)[] | undefined
  /** Requests that are not answered yet, but for the stream. */
  #underWay = 0
  /** What comes back instead of the answer to a challenge. */
  answer: ((given: string) => string) | undefined

  static async open(world: ServerWorld, clock: Clock, options: Partial<VerifierOptions> = {}): Promise<Service> {
    const { credential } = await world.service()
    const service = new Service(world, credential, clock, options)
    await service.verifier.ready()
    return service
  }

  private constructor(world: ServerWorld, credential: string, clock: Clock, options: Partial<VerifierOptions>) {
    const platform: Platform = { ...systemPlatform, clock, fetch: (input, init) => this.#fetch(input, init) }
    const feedUrl = `${world.url}/v1/feed`
    const feed = createSseFeed({ feedUrl, snapshotUrl: `${feedUrl}/snapshot`, credential, platform, idleTimeoutMs: 2 ** 31 - 1 })
    this.verifier = createVerifier({
      issuer: world.url,
      audience: world.url,
      credential,
      platform,
      feed,
      freshness: { proof: 'challenge' },
      ...options,
    })
  }

  delayStream(): void {
    this.#kept = []
  }

  letStreamPass(): void {
    const kept = this.#kept ?? []
    this.#kept = undefined
    for (const pass of kept) pass()
  }

  /** Lets time pass on a clock of the test, in steps so small that the issuer, which lives on real time, can answer between them. */
  async passes(clock: ManualClock, ms: number, stepMs = 250): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.advance(stepMs)
      await this.#isAnswered()
    }
  }

  /** Waits until the verifier is in this state. */
  async reaches(state: string, clock: ManualClock, stepMs = 250): Promise<void> {
    for (let turn = 0; this.verifier.status().state !== state; turn++) {
      assert.ok(turn < 500, `not ${state}: ${JSON.stringify(this.verifier.status())}`)
      await this.passes(clock, stepMs, stepMs)
    }
  }

  async #isAnswered(): Promise<void> {
    for (let quiet = 0; quiet < 5; quiet++) {
      await new Promise(setImmediate)
      if (this.#underWay === 0) continue
      await until('the answer to a request', () => this.#underWay === 0)
      quiet = -1
    }
  }

  [Symbol.dispose](): void {
    this.verifier.close()
  }

  async #fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (typeof init?.body !== 'string') return this.#locked(await systemPlatform.fetch(input, init))
    this.nonces.push(JSON.parse(init.body).nonce)
    this.#underWay++
    try {
      const given = await (await systemPlatform.fetch(input, init)).text()
      return new Response(this.answer === undefined ? given : this.answer(given))
    } finally {
      this.#underWay--
    }
  }

  #locked(response: Response): Response {
    if (response.headers.get('content-type') !== 'text/event-stream') return response
    const line = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        if (this.#kept === undefined) controller.enqueue(chunk)
        else this.#kept.push(() => controller.enqueue(chunk))
      },
    })
    return new Response(response.body?.pipeThrough(line), response)
  }
}

suite('POST /v1/feed/challenge', () => {
  test('[B40] [I06] signs where the log ends, for the nonce: the head as it is after the question has come', async () => {
    await using world = await ServerWorld.open()
    const { credential } = await world.service()
    const ask = () => world.ask('POST', '/v1/feed/challenge', { token: credential, body: { nonce: NONCE } })
    const { body } = await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: 'usr_a' } })
    const { status, headers, text } = await ask()
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), 'application/jwt')
    assert.equal(decodeProtectedHeader(text).typ, 'cs-feed+jwt')
    const { iss, type, head, nonce } = decodeJwt(text)
    assert.deepEqual({ iss, type, head, nonce }, { iss: world.url, type: 'heartbeat', head: body.position, nonce: NONCE })
    await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: 'usr_b' } })
    assert.equal(decodeJwt((await ask()).text)['head'], body.position + 1)
  })

  test('is for services alone, and for nonces that can be random', async () => {
    await using world = await ServerWorld.open()
    const { credential } = await world.service()
    const person = await world.person(['admin'])
    const ask = async (token: string | undefined, body: unknown): Promise<number> =>
      (await world.ask('POST', '/v1/feed/challenge', { body, ...(token === undefined ? {} : { token }) })).status
    assert.equal(await ask(undefined, { nonce: NONCE }), 401)
    assert.equal(await ask(person.access_token, { nonce: NONCE }), 401)
    for (const nonce of ['short', 'x'.repeat(65), `${NONCE} ${NONCE}`, 1, undefined]) assert.equal(await ask(credential, { nonce }), 400)
    const { body } = await world.ask('GET', '/.well-known/countersign')
    assert.equal(body.feed_challenge_uri, `${world.url}/v1/feed/challenge`)
  })
})

suite('a verifier that asks for proof by challenge', () => {
  test('[B40] [I06] [I16] decides, hears of a revocation and lets tokens expire, ten years beside the issuer on either side', async () => {
    let aheadMs = 0
    const issuerClock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs }
    await using world = await ServerWorld.open({}, { ...systemPlatform, clock: issuerClock })
    const [ann, bob] = [await world.person(), await world.person()]
    for (const offMs of [-10 * YEAR_MS, 10 * YEAR_MS]) {
      using service = await Service.open(world, { ...systemClock, now: () => systemClock.now() + offMs })
      assert.equal(await verdict(service.verifier, bob.access_token, strict), '200')
    }
    using service = await Service.open(
      world,
      { ...systemClock, now: () => systemClock.now() - 10 * YEAR_MS },
      { freshness: { proof: 'challenge', askEverySeconds: 0.02 } },
    )
    assert.equal(await verdict(service.verifier, ann.access_token, strict), '200')
    await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: ann.user.id } })
    await untilSaid('token_revoked', () => verdict(service.verifier, ann.access_token, strict))
    aheadMs = 400_000
    await untilSaid('token_expired', () => verdict(service.verifier, bob.access_token, strict))
  })

  test('[B40] [I06] a delayed stream does not look fresh: a revocation on its way stops strict routes, and no other thing does', async () => {
    await using world = await ServerWorld.open()
    const [ann, bob] = [await world.person(), await world.person()]
    const clock = new ManualClock(systemPlatform.clock.now())
    using service = await Service.open(world, clock)
    service.delayStream()
    // Nothing is missing, and the issuer says so.
    for (let second = 0; second < 20; second++) {
      await service.passes(clock, 1000)
      assert.equal(service.verifier.status().state, 'fresh')
    }
    const before = service.nonces.length
    await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: ann.user.id } })
    await service.passes(clock, 5250)
    assert.equal(service.verifier.status().state, 'grace')
    assert.equal(await verdict(service.verifier, ann.access_token, strict), 'revocation_unknown')
    await service.reaches('stale', clock, 1000)
    assert.ok(service.nonces.length > before, 'it has asked meanwhile')
    assert.match(service.verifier.status().reason ?? '', /behind the issuer/)
    for (const { access_token } of [ann, bob]) assert.equal(await verdict(service.verifier, access_token), 'revocation_unknown')
    service.letStreamPass()
    await service.reaches('fresh', clock)
    assert.equal(await verdict(service.verifier, ann.access_token, strict), 'token_revoked')
    assert.equal(await verdict(service.verifier, bob.access_token, strict), '200')
    assert.equal(new Set(service.nonces).size, service.nonces.length, 'no nonce is used twice')
  })

  test('[I06] answers that are replayed, of another verifier, or broken confirm nothing; it asks on, ever less often', async () => {
    await using world = await ServerWorld.open()
    const clock = new ManualClock(systemPlatform.clock.now())
    using service = await Service.open(world, clock)
    using other = await Service.open(world, clock)
    const given: string[] = []
    other.answer = (text) => {
      given.push(text)
      return text
    }
    await other.passes(clock, 1250)
    await service.passes(clock, 0)
    assert.equal(given.length, 1)
    for (const wrong of [() => given[0] ?? '', (text: string) => `${text.slice(0, -12)}AAAAAAAAAAAA`, () => 'no token at all']) {
      service.answer = wrong
      const before = service.nonces.length
      await service.reaches('grace', clock)
      assert.ok(service.nonces.length - before >= 3, 'it asks again before it is not fresh any more')
      assert.match(service.verifier.status().reason ?? '', /cannot be used/)
      service.answer = undefined
      await service.reaches('fresh', clock)
      assert.equal(service.verifier.status().reason, undefined)
    }
    service.answer = () => ''
    await service.reaches('stale', clock, 1000)
    const before = service.nonces.length
    await service.passes(clock, 60_000, 1000)
    assert.ok(service.nonces.length - before <= 25, `${service.nonces.length - before} questions in a minute`)
  })

  test('[I06] an issuer that signs no challenges is named as the reason', async () => {
    await using world = await ServerWorld.open()
    const { credential } = await world.service()
    const fetch: Platform['fetch'] = async (input, init) => {
      const response = await systemPlatform.fetch(input, init)
      if (!String(input).endsWith('/.well-known/countersign')) return response
      const { feed_challenge_uri: _none, ...older } = await response.json()
      return new Response(JSON.stringify(older))
    }
    const clock = new ManualClock(systemPlatform.clock.now())
    const verifier = createVerifier({
      issuer: world.url,
      audience: world.url,
      credential,
      platform: { ...systemPlatform, clock, fetch },
      freshness: { proof: 'challenge' },
    })
    await until(
      'the reason',
      () => /feed_challenge_uri/.test(verifier.status().reason ?? ''),
      () => clock.advance(50),
    )
    const refused = assert.rejects(verifier.ready(), /feed_challenge_uri/)
    clock.advance(10_000)
    await refused
    verifier.close()
  })

  test('wrong options are named, all of them', () => {
    const options = { issuer: 'https://auth.example', audience: 'a', credential: 'cs_svc_x' }
    const fails = (freshness: object, more: object = {}) =>
      assert.throws(() => createVerifier({ ...options, freshness, ...more }), TypeError)
    fails({ proof: 'clock' })
    fails({ proof: 'challenge', askEverySeconds: 5 })
    fails({ proof: 'challenge', askEverySeconds: 0 })
    fails({ proofs: 'challenge' })
    fails({ proof: 'challenge' }, { credential: undefined, feed: { start: () => undefined, close: () => undefined } })
  })
})
