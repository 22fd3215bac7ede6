import assert from 'node:assert/strict'
import type { Requirement } from 'countersign'
import { type EpochMs, systemPlatform } from 'countersign/core'
import type { TargetKind } from 'countersign/revocation'
import { ServiceCredentials } from '../../packages/server/src/credential/index.ts'
import { MasterSecret, newMasterSecret } from '../../packages/server/src/signing/index.ts'
import { createMemoryStore, type Store } from '../../packages/server/src/store/index.ts'
import { type BrokerKind, brokerKinds } from './broker-face.ts'
import type { Chance } from './chance.ts'
import { type KnownToken, Model } from './model.ts'
import { Breakdowns } from './outage-breakdown.ts'
import { OutageVerifier, RECOVERY_MS } from './outage-verifier.ts'
import { SimulatedBroker } from './simulated-broker.ts'
import { SimulatedIssuer } from './simulated-issuer.ts'
import { MachineClock, SimulatedTime } from './simulated-time.ts'
import { accessTokenSeconds, bounds, type Verdict } from './world.ts'

const start: EpochMs = Date.UTC(2030, 0, 1)
const LENGTH_MS = 600_000
const kinds = ['sse', 'sse', ...brokerKinds] as const
const users = ['ada', 'bob', 'eve'] as const
const targets = [
  'session',
  'session',
  'session',
  'token',
  'token',
  'user',
  'client',
  'key',
  'everyone',
] as const satisfies readonly TargetKind[]

interface Route {
  readonly requirement: Requirement
  readonly limitMs: number
}

const ordinary: Route = { requirement: {}, limitMs: bounds.graceSeconds * 1000 }
const strict: Route = { requirement: { freshness: 'strict' }, limitMs: bounds.freshSeconds * 1000 }
const bounded: Route = { requirement: { freshness: { maxAgeSeconds: 20 } }, limitMs: 20_000 }

const routes = [ordinary, ordinary, ordinary, strict, bounded] as const

/** How far from its expiry nobody may be sure of a token, clocks and rounding included. */
const EXPIRY_MARGIN_MS = (bounds.skewSeconds + 5) * 1000
/** What was seen, so that a simulation that sees nothing cannot pass for one that finds nothing. */
export interface Sightings {
  readonly verdicts: Record<string, number>
  /** The longest time after its acknowledged revocation that a token was accepted. */
  longestMs: number
  /** The longest outage in which an ordinary route still served. */
  longestServedMs: number
  revocations: number
  breakdowns: number
}

export const nothingSeen = (): Sightings => ({ verdicts: {}, longestMs: 0, longestServedMs: 0, revocations: 0, breakdowns: 0 })

/** Ten minutes in which every broker, the server and every network break at random, and what must be true at every moment of it. */
export class Outage {
  readonly #chance: Chance
  readonly #seen: Sightings
  readonly #time = new SimulatedTime()
  readonly #model = new Model()
  readonly #secret: MasterSecret
  readonly #store: Store
  readonly #brokers: ReadonlyMap<BrokerKind, SimulatedBroker>
  readonly #verifiers: readonly OutageVerifier[]
  /** Where in the log a token was revoked. */
  readonly #revokedAt = new Map<KnownToken, number>()
  #issuer: SimulatedIssuer | undefined
  #failure: Error | undefined

  private constructor(chance: Chance, seen: Sightings, store: Store, credential: string) {
    this.#chance = chance
    this.#seen = seen
    this.#store = store
    const time = this.#time
    this.#secret = MasterSecret.parse(newMasterSecret({ bytes: (length) => chance.bytes(length) }))
    this.#brokers = new Map(brokerKinds.map((kind) => [kind, new SimulatedBroker(kind, time, chance)]))
    this.#verifiers = kinds.map((kind, index) => {
      const broker = kind === 'sse' ? undefined : this.#brokers.get(kind)
      return new OutageVerifier({ index, kind, broker, credential, time, start, chance })
    })
  }

  static async run(chance: Chance, seen: Sightings): Promise<void> {
    const store = createMemoryStore({ cutoffLifeMs: (accessTokenSeconds + bounds.skewSeconds) * 1000 })
    const { credential } = await new ServiceCredentials({ store: store.services, platform: systemPlatform }).issue('outage')
    const outage = new Outage(chance, seen, store, credential)
    try {
      await outage.#begin()
      await outage.#live()
      await outage.#end()
    } finally {
      outage.#close()
    }
  }

  async #begin(): Promise<void> {
    for (const id of users) {
      const user = { id, email: `${id}@outage.example`, name: undefined, status: 'active', roles: [], groups: [] } as const
      await this.#store.users.create({ ...user, emailVerifiedAt: undefined, createdAt: start, updatedAt: start }, 'no hash')
    }
    await this.#startServer()
    await this.#time.runTo(1000)
    for (const user of users) await this.#signIn(user)
  }

  async #live(): Promise<void> {
    const breakdowns = new Breakdowns({
      time: this.#time,
      chance: this.#chance,
      brokers: this.#brokers,
      verifiers: this.#verifiers,
      killServer: () => this.#killServer(),
      startServer: () => this.#startServer(),
    })
    breakdowns.begin()
    let nextForgetMs = 60_000
    while (this.#time.nowMs < LENGTH_MS) {
      await this.#pass(this.#chance.happens(0.3) ? this.#chance.below(300) : this.#chance.below(4000))
      await this.#act()
      await this.#time.runTo(this.#time.nowMs)
      this.#check()
      if (this.#time.nowMs < nextForgetMs) continue
      nextForgetMs += 60_000
      await this.#issuer?.forget(start + this.#time.nowMs)
    }
    await breakdowns.end()
    this.#seen.breakdowns += breakdowns.count
  }

  /** All is well again: soon everybody is fresh, and everybody says the same. */
  async #end(): Promise<void> {
    if (this.#issuer === undefined) await this.#startServer()
    await this.#pass(RECOVERY_MS)
    for (const user of users) await this.#signIn(user)
    await this.#pass(1000)
    this.#check(this.#model.tokens)
    for (const verifier of this.#verifiers)
      assert.equal(verifier.state, 'fresh', `at the end verifier ${verifier.index} (${verifier.kind}) is not fresh`)
  }

  #close(): void {
    for (const verifier of this.#verifiers) verifier.close()
    this.#issuer?.kill()
  }

  async #pass(milliseconds: number): Promise<void> {
    await this.#time.runTo(this.#time.nowMs + milliseconds)
    if (this.#failure !== undefined) throw this.#failure
  }

  // What happens

  async #startServer(): Promise<void> {
    const clock = new MachineClock(this.#time, start)
    const random = { bytes: (length: number) => this.#chance.bytes(length) }
    const platform = { clock, random, fetch: () => Promise.reject(new TypeError('fetch failed')) }
    const brokers = [...this.#brokers.values()]
    const issuer = await SimulatedIssuer.start({ store: this.#store, secret: this.#secret, platform, brokers })
    this.#issuer = issuer
    for (const verifier of this.#verifiers) verifier.connect(issuer.answer)
  }

  #killServer(): void {
    this.#issuer?.kill()
    this.#issuer = undefined
    for (const verifier of this.#verifiers) verifier.connect(undefined)
  }

  async #act(): Promise<void> {
    const issuer = this.#issuer
    if (issuer === undefined) return
    const chosen = this.#chance.next()
    if (chosen < 0.2) await this.#signIn(this.#chance.pick(users) ?? 'ada')
    else if (chosen < 0.4) await this.#revoke(issuer)
    else if (chosen < 0.41) await issuer.rotate(this.#chance.happens(0.5) ? 'feed' : 'access-token')
    else if (chosen < 0.42) this.#killInMidRevocation(issuer)
  }

  async #signIn(user: string): Promise<void> {
    const signedIn = await this.#issuer?.signIn(user)
    if (signedIn === undefined) return
    const { accessToken, refreshToken, session } = signedIn
    this.#model.learnSession(
      { access_token: accessToken, refresh_token: refreshToken, session: { id: session.id } },
      user,
      '',
      this.#time.nowMs,
    )
  }

  async #revoke(issuer: SimulatedIssuer): Promise<void> {
    const target = this.#chooseTarget()
    if (target === undefined) return
    const { position } = await issuer.revoke(target)
    this.#model.revoke(target.kind, target.id, this.#time.nowMs)
    this.#seen.revocations += 1
    for (const token of this.#model.tokens) {
      if (token.deadSinceMs !== undefined && !this.#revokedAt.has(token)) this.#revokedAt.set(token, position)
    }
  }

  /** It was committed, nobody was told: neither who asked, nor anybody who listens. */
  #killInMidRevocation(issuer: SimulatedIssuer): void {
    const target = this.#chooseTarget()
    if (target === undefined || target.kind === 'key') return
    issuer.revoke(target).catch(() => undefined)
    this.#model.revoke(target.kind, target.id, 'doubtful')
    for (const verifier of this.#verifiers) verifier.begin('restart', true)
    this.#killServer()
    this.#time.after(this.#chance.below(3000), () => {
      void this.#restartAfterKill()
    })
  }

  async #restartAfterKill(): Promise<void> {
    if (this.#issuer === undefined) await this.#startServer()
    for (const verifier of this.#verifiers) verifier.end('restart')
  }

  #chooseTarget(): { readonly kind: TargetKind; readonly id: string } | undefined {
    const kind = this.#chance.pick(targets) ?? 'session'
    const token = this.#chance.pick(this.#model.tokens.filter(({ deadSinceMs }) => deadSinceMs === undefined))
    if (token === undefined) return undefined
    switch (kind) {
      case 'session':
        return { kind, id: token.session }
      case 'token':
        return { kind, id: token.id }
      case 'user':
        return { kind, id: token.user }
      case 'client':
      case 'everyone':
        // Rare, or nothing would live long enough to be interesting.
        return this.#chance.happens(0.15) ? { kind, id: kind === 'client' ? token.client : '' } : undefined
      case 'key':
        return this.#chance.happens(0.2) ? { kind, id: token.kid } : undefined
    }
  }

  // What must be true

  #check(tokens: readonly KnownToken[] = this.#sample()): void {
    for (const verifier of this.#verifiers) {
      if (!verifier.any.isImpaired)
        assert.equal(verifier.state, 'fresh', `${this.#about(verifier)} is ${verifier.state} (${verifier.reason}), and nothing is wrong`)
      for (const token of tokens) {
        this.#ask(verifier, token, this.#chance.pick(routes) ?? ordinary)
      }
    }
    this.#forgetExpired()
  }

  #ask(verifier: OutageVerifier, token: KnownToken, route: Route): void {
    const judge = this.#judgeOf(verifier, token, route)
    const verdict = verifier.ask(token.token, route.requirement)
    if (!(verdict instanceof Promise)) return judge(verdict)
    verdict.then(judge).catch((error: unknown) => {
      this.#failure ??= error instanceof Error ? error : new Error(String(error))
    })
  }

  /** What may be said is settled when it is asked. */
  #judgeOf(verifier: OutageVerifier, token: KnownToken, { limitMs }: Route): (verdict: Verdict) => void {
    const askedAtMs = this.#time.nowMs
    const { index, position } = verifier
    const isDead = token.deadSinceMs !== undefined
    const deadForMs = askedAtMs - (token.deadSinceMs ?? askedAtMs)
    const wasRefused = token.refusedBy.has(index)
    const isApplied = isDead && position >= (this.#revokedAt.get(token) ?? Number.POSITIVE_INFINITY)
    const boundMs = limitMs + bounds.skewSeconds * 1000 + Math.max(0, verifier.slowestMs)
    const mustServe = limitMs === ordinary.limitMs ? this.#mustServe(verifier, token) : !verifier.any.isImpaired && token.rev <= position
    const outageMs = verifier.hard.lastsMs
    const about = `${this.#about(verifier)}, route ${limitMs} ms, token ${token.id} of ${token.issuedAtMs} ms`
    return (verdict) => {
      this.#seen.verdicts[verdict] = (this.#seen.verdicts[verdict] ?? 0) + 1
      if (verdict === 'token_revoked') token.refusedBy.add(index)
      if (verdict === 'accepted') token.acceptedBy.add(index)
      if (isDead && verdict === 'accepted') {
        assert.ok(deadForMs <= boundMs, `${about}: accepted ${deadForMs} ms after its revocation was acknowledged; the bound is ${boundMs}`)
        assert.ok(!isApplied, `${about}: accepted although its revocation was applied`)
        assert.ok(!wasRefused, `${about}: accepted after it was refused as revoked`)
        this.#seen.longestMs = Math.max(this.#seen.longestMs, deadForMs)
      }
      if (isDead || token.doubtful || token.deadSinceMs !== undefined || this.#nearlyExpired(token, askedAtMs)) return
      assert.ok(verdict === 'accepted' || verdict === 'revocation_unknown', `${about}: ${verdict}, and it lives`)
      if (!mustServe) return
      assert.equal(verdict, 'accepted', `${about}: not served after ${Math.round(outageMs)} ms of outage`)
      this.#seen.longestServedMs = Math.max(this.#seen.longestServedMs, outageMs)
    }
  }

  /** Without server or network an ordinary route stays up for the grace; without its broker it stays up. */
  #mustServe({ index, position, hard, silenceMs }: OutageVerifier, token: KnownToken): boolean {
    return token.acceptedBy.has(index) && token.rev <= position && hard.lastsMs < ordinary.limitMs - silenceMs
  }

  #about({ index, kind, hard, any }: OutageVerifier): string {
    const wrong = `${hard.isImpaired ? 'hard ' : ''}${any.isImpaired ? `${any.causes} for ${Math.round(any.lastsMs)} ms` : 'nothing'}`
    return `at ${Math.round(this.#time.nowMs)} ms verifier ${index} (${kind}; wrong: ${wrong})`
  }

  #sample(): readonly KnownToken[] {
    const { tokens } = this.#model
    const dead = tokens.filter(({ deadSinceMs }) => deadSinceMs !== undefined && this.#time.nowMs - deadSinceMs < 80_000).slice(-3)
    const others = Array.from({ length: 3 }, () => this.#chance.pick(tokens)).filter((token) => token !== undefined)
    return [...new Set([...tokens.slice(-2), ...dead, ...others])]
  }

  #forgetExpired(): void {
    const { tokens } = this.#model
    const kept = tokens.filter((token) => this.#time.nowMs < token.expiresAtMs)
    if (kept.length < tokens.length) tokens.splice(0, tokens.length, ...kept)
  }

  #nearlyExpired(token: KnownToken, atMs: number): boolean {
    return atMs > token.expiresAtMs - EXPIRY_MARGIN_MS
  }
}
