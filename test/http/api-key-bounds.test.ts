import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ApiKeyOptions, type ApiKeySource, createVerifier, type Verifier } from 'countersign'
import { encodeBase64url, ManualClock, newApiKey, systemPlatform, systemRandom } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { createInProcessFeed } from 'countersign/feed'
import { ApiKeyMark } from 'countersign/key'
import { AUDIENCE, FakeIssuer, ISSUER } from './fake-issuer.ts'

const START_MS = 1_900_000_000_000

/** A verifier on a clock of its own, and an issuer that counts what it is asked. */
class Scene implements Disposable {
  readonly clock = new ManualClock(START_MS)
  readonly issuer = new FakeIssuer(this.clock)
  readonly verifier: Verifier
  readonly asked: string[] = []
  readonly reported: unknown[] = []
  readonly records = new Map<string, object>()
  isDown = false
  readonly #markKey = systemRandom.bytes(32)

  private constructor(options: ApiKeyOptions) {
    const platform = { ...systemPlatform, clock: this.clock }
    this.verifier = createVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      platform,
      feed: createInProcessFeed(this.issuer, { platform, idleTimeoutMs: 2 ** 31 }),
      keys: this.issuer,
      apiKeys: { ...options, keys: this.#source() },
    })
  }

  static async open(options: ApiKeyOptions = {}): Promise<Scene> {
    const scene = new Scene(options)
    await scene.verifier.ready()
    return scene
  }

  /** A key with a right mark; the issuer knows it, or it does not. */
  key(isKnown: boolean, change: object = {}): string {
    const id = new ApiKeyMark(this.#markKey).newId('live', systemRandom)
    const key = newApiKey({ environment: 'live', id }, systemRandom)
    const facts = { id, subject: 'usr_ann', user: 'usr_ann', scope: [], roles: [], groups: [], addresses: [], rev: this.issuer.head }
    if (isKnown) this.records.set(id, { ...facts, hash: sha256Base64url(key), ...change })
    return key
  }

  async verdict(key: string): Promise<string> {
    try {
      await this.verifier.authenticate({ authorization: `Bearer ${key}` })
      return 'ok'
    } catch (error) {
      return String((error as { code?: string }).code)
    }
  }

  /** In steps, with a heartbeat after each, as time passes. */
  pass(seconds: number): void {
    for (let second = 0; second < seconds; second++) {
      this.clock.advance(1000)
      this.issuer.heartbeat()
    }
  }

  #source(): ApiKeySource {
    const answer = <Answer>(path: string, value: () => Answer): Answer => {
      this.asked.push(path)
      if (this.isDown) throw new Error('the issuer is down')
      return value()
    }
    return {
      mark: async () => answer('mark', () => ({ key: encodeBase64url(this.#markKey) })),
      lookUp: async (id) => answer('lookup', () => this.records.get(id)),
      report: async (uses) => answer('report', () => void this.reported.push(...uses)),
    }
  }

  lookUps(): number {
    return this.asked.filter((path) => path === 'lookup').length
  }

  [Symbol.dispose](): void {
    this.verifier.close()
  }
}

const countsOf = (verdicts: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const verdict of verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1
  return counts
}

suite('the bounds of API keys in a service', () => {
  test('[E05] a flood of rightly marked keys that there are not is bounded in rate; keys that are known go on', async () => {
    using scene = await Scene.open({ lookUpsPerSecond: 5 })
    const good = scene.key(true)
    assert.equal(await scene.verdict(good), 'ok')
    scene.pass(1)
    const flood = Array.from({ length: 64 }, () => scene.key(false))
    const verdicts = await Promise.all(flood.map((key) => scene.verdict(key)))
    assert.deepEqual(countsOf(verdicts), { api_key_invalid: 5, overloaded: 59 })
    assert.equal(scene.lookUps(), 6)
    assert.equal(await scene.verdict(good), 'ok')
    scene.pass(1)
    const again = await Promise.all(flood.map((key) => scene.verdict(key)))
    assert.deepEqual(countsOf(again), { api_key_invalid: 10, overloaded: 54 }, 'what was answered is remembered')
  })

  test('[E05] an issuer that does not answer is no refusal: 503 until it does, and a known key is not asked about', async () => {
    using scene = await Scene.open()
    scene.isDown = true
    const [known, late] = [scene.key(true), scene.key(true)]
    assert.equal(await scene.verdict(known), 'revocation_unknown')
    for (let n = 0; n < 20; n++) assert.equal(await scene.verdict(known), 'revocation_unknown')
    assert.deepEqual(scene.asked, ['mark'], 'who did not answer is left in peace for a second')
    scene.isDown = false
    scene.pass(2)
    assert.equal(await scene.verdict(known), 'ok')
    scene.isDown = true
    assert.equal(await scene.verdict(known), 'ok')
    assert.equal(await scene.verdict(late), 'revocation_unknown')
    scene.issuer.isSilent = true
    scene.clock.advance(120_000)
    assert.equal(await scene.verdict(known), 'revocation_unknown', 'too little is known of the log')
  })

  test('[E04] a key ends with its time, to the second, whatever was found out before', async () => {
    using scene = await Scene.open()
    const key = scene.key(true, { expires_at: START_MS / 1000 + 10 })
    const [id] = [...scene.records.keys()]
    assert.equal(await scene.verdict(key), 'ok')
    scene.pass(9)
    assert.equal(await scene.verdict(key), 'ok')
    scene.records.delete(id ?? '')
    scene.pass(1)
    assert.equal(await scene.verdict(key), 'api_key_invalid')
  })

  test('[E04] [E05] a revocation by the log makes the service ask again, and so does a cut-off of the owner; the rate goes on', async () => {
    using scene = await Scene.open()
    const key = scene.key(true, { rate_limit: { requests: 2, seconds: 100 } })
    const [id = ''] = [...scene.records.keys()]
    assert.equal(await scene.verdict(key), 'ok')
    for (const [kind, target] of [
      ['user', 'usr_ann'],
      ['client', id],
    ] as const) {
      const before = scene.lookUps()
      const rev = scene.issuer.revoke(kind, target)
      scene.records.set(id, { ...scene.records.get(id), rev })
      assert.equal(await scene.verdict(key), kind === 'user' ? 'ok' : 'rate_limited', kind)
      assert.equal(scene.lookUps(), before + 1, kind)
    }
    scene.issuer.revoke('key', id)
    assert.equal(await scene.verdict(key), 'api_key_invalid', 'the cut-off of a key is absolute')
  })

  test('[E04] uses are told once a minute, each key once, and again when they were not heard', async () => {
    using scene = await Scene.open()
    const [one, other] = [scene.key(true), scene.key(true)]
    const [first, second] = [...scene.records.keys()]
    for (const key of [one, one, other]) await scene.verdict(key)
    scene.isDown = true
    scene.pass(61)
    await new Promise(setImmediate)
    scene.isDown = false
    assert.deepEqual(scene.reported, [])
    const at = START_MS / 1000
    scene.pass(60)
    await new Promise(setImmediate)
    assert.deepEqual(scene.reported, [
      { id: first, at },
      { id: second, at },
    ])
    scene.pass(60)
    await scene.verdict(other)
    scene.pass(60)
    await new Promise(setImmediate)
    assert.deepEqual(scene.reported.slice(2), [{ id: second, at: at + 181 }])
    assert.equal(scene.asked.filter((path) => path === 'report').length, 3)
  })

  test('[E05] answers about keys that are of another, or of no use, admit nobody', async () => {
    using scene = await Scene.open()
    const useless = [
      { id: 'key_AAAAAAAAAAAAAAAAAAAAAA' },
      { hash: undefined },
      { hash: 'short' },
      { rev: '1' },
      { service: 'svc_a' },
      { user: undefined },
      { addresses: 'any' },
      { rate_limit: { requests: 0, seconds: 1 } },
      { rate_limit: 5 },
      { expires_at: 'never' },
    ]
    for (const change of useless) assert.equal(await scene.verdict(scene.key(true, change)), 'revocation_unknown', JSON.stringify(change))
  })
})
