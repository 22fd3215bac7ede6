import assert from 'node:assert/strict'
import type { TargetKind } from 'countersign/revocation'
import type { Chance } from './chance.ts'
import { type KnownSession, type KnownToken, type KnownUser, Model } from './model.ts'
import { calm } from './network.ts'
import { accessTokenSeconds, bounds, type Reply, World } from './world.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const thief = 'curl/8.5.0'
const overlapMs = 10_000
const roles = ['staff', 'editor', 'auditor'] as const
const groups = ['blue', 'green'] as const
const targets = [
  'everyone',
  'issuer',
  'client',
  'role',
  'group',
  'user',
  'session',
  'token',
  'key',
] as const satisfies readonly TargetKind[]
/** How far from `exp` nobody may be sure, tolerance and rounding included. */
const expiryMarginMs = 8_000

/** One seeded walk: chance chooses what happens, the model knows what must be true after it. */
export class Walk {
  readonly #chance: Chance
  readonly #world: World
  readonly #model = new Model()
  #calmSinceMs = 0
  #keys = 0

  private constructor(chance: Chance, world: World) {
    this.#chance = chance
    this.#world = world
  }

  static async run(chance: Chance, steps: number): Promise<void> {
    await using world = await World.open(chance)
    const walk = new Walk(chance, world)
    for (const name of ['ada', 'bob', 'eve']) await walk.#signUp(name)
    for (const user of walk.#model.users) await walk.#signIn(user)
    for (let step = 0; step < steps; step++) await walk.#step(step)
    await walk.#comeToRest()
    await walk.#checkTokens('at the end')
    await walk.#checkSessions()
  }

  async #step(step: number): Promise<void> {
    const [name, act] = this.#choose()
    try {
      await act()
      await this.#world.settle()
      await this.#checkTokens(`after ${name}`)
    } catch (error) {
      throw new Error(`step ${step} (${name}): ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }

  #choose(): readonly [name: string, act: () => Promise<void>] {
    const table: readonly (readonly [weight: number, name: string, act: () => Promise<void>])[] = [
      [14, 'sign in', () => this.#signInSomeone()],
      [14, 'refresh', () => this.#withSession((session) => this.#refresh(session))],
      [5, 'refresh twice at once', () => this.#withSession((session) => this.#refreshTwice(session))],
      [4, 'steal', () => this.#withSession((session) => this.#steal(session))],
      [16, 'revoke', () => this.#revokeSomething()],
      [6, 'change roles and groups', () => this.#withUser((user) => this.#changeRoles(user))],
      [4, 'change password', () => this.#withSession((session) => this.#changePassword(session))],
      [3, 'suspend or restore', () => this.#withUser((user) => this.#toggleSuspension(user))],
      [4, 'rotate key', () => this.#rotateKey()],
      [8, 'disturb the network', () => this.#disturb()],
      [8, 'calm the network', () => this.#comeToRest()],
      [5, 'kill and restart', () => this.#killAndRestart()],
      [3, 'kill in mid refresh', () => this.#withSession((session) => this.#killDuringRefresh(session))],
      [3, 'kill in mid revocation', () => this.#withSession((session) => this.#killDuringRevocation(session))],
      [14, 'let time pass', () => this.#world.pass(this.#chance.below(20_000), 500)],
      [2, 'let much time pass', () => this.#world.pass(accessTokenSeconds * 1000, 1000)],
    ]
    let left = this.#chance.next() * table.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, name, act] of table) {
      left -= weight
      if (left < 0) return [name, act]
    }
    return ['nothing', async () => undefined]
  }

  // What happens

  async #signUp(name: string): Promise<void> {
    const email = `${name}@walk.example`
    const password = `a-long-walk-for-${name}`
    const { status, body } = await this.#world.send('POST', '/v1/users', { body: { email, password } })
    assert.equal(status, 201)
    this.#model.users.push({ id: (body['user'] as { id: string }).id, email, password, roles: [], suspended: false, isSlowed: false })
  }

  async #signInSomeone(): Promise<void> {
    await this.#withUser((user) => this.#signIn(user))
  }

  async #signIn(user: KnownUser): Promise<void> {
    const reply = await this.#world.send('POST', '/v1/sessions', {
      body: { email: user.email, password: user.password },
      headers: { 'user-agent': firefox },
    })
    const isThrottled = reply.body['code'] === 'rate_limited'
    if (user.suspended) {
      if (!isThrottled) assert.equal(reply.body['code'], 'credentials_invalid', 'a suspended user signed in')
      user.isSlowed = true
      return
    }
    if (isThrottled && user.isSlowed) return
    assert.equal(reply.status, 201, `sign-in answered ${reply.status} ${String(reply.body['code'])}`)
    this.#model.learnSession(reply.body, user.id, firefox, this.#now())
  }

  async #refresh(session: KnownSession): Promise<void> {
    this.#learn(session, await this.#present(session, session.refreshTokens.at(-1)))
  }

  async #refreshTwice(session: KnownSession): Promise<void> {
    const token = session.refreshTokens.at(-1)
    const replies = await Promise.all([1, 2, 3].map(() => this.#present(session, token)))
    const successors = new Set(replies.map((reply) => String(reply.body['refresh_token'])))
    assert.equal(successors.size, 1, 'concurrent refreshes got different successors')
    for (const reply of replies) this.#learn(session, reply)
  }

  async #steal(session: KnownSession): Promise<void> {
    const stolen = session.refreshTokens.at(this.#chance.happens(0.5) ? -2 : -3)
    if (stolen === undefined) return this.#refresh(session)
    const reply = await this.#present(session, stolen, thief)
    assert.equal(reply.body['code'], 'refresh_reused', `a stolen refresh token was answered ${reply.status} ${String(reply.body['code'])}`)
    this.#model.revoke('session', session.id, this.#now())
  }

  async #revokeSomething(): Promise<void> {
    const kind = this.#chance.pick(targets) ?? 'everyone'
    const token = this.#chance.pick(this.#model.tokens)
    if (token === undefined) return
    const id = this.#idFor(kind, token)
    if (id === undefined) return
    if (kind === 'key') {
      const { status } = await this.#world.send('DELETE', `/v1/signing-keys/${id}`, { local: true })
      if (status === 404) return // retired: its tokens have expired
      assert.ok(status === 200 || status === 204, `revoking a key answered ${status}`)
    } else {
      const target = kind === 'everyone' || kind === 'issuer' ? { kind } : { kind, id }
      const { status } = await this.#world.send('POST', '/v1/revocations', { body: { target }, local: true })
      assert.equal(status, 201, `revoking answered ${status}`)
    }
    this.#model.revoke(kind, id, this.#now())
  }

  async #changeRoles(user: KnownUser): Promise<void> {
    const chosen = roles.filter(() => this.#chance.happens(0.5))
    const joined = groups.filter(() => this.#chance.happens(0.5))
    const { status } = await this.#world.send('PATCH', `/v1/users/${user.id}`, { body: { roles: chosen, groups: joined }, local: true })
    assert.equal(status, 200)
    user.roles = chosen
    this.#model.killTokens((token) => token.user === user.id, this.#now())
  }

  async #changePassword(session: KnownSession): Promise<void> {
    const user = this.#model.users.find(({ id }) => id === session.user)
    assert.ok(user !== undefined)
    const renewed = await this.#present(session, session.refreshTokens.at(-1))
    const token = this.#learn(session, renewed)
    const next = `a-new-walk-${this.#keys++}-${'x'.repeat(8)}`
    const reply = await this.#world.send('PUT', '/v1/me/password', {
      token: token.token,
      body: { current_password: user.password, new_password: next },
      headers: { 'user-agent': firefox },
    })
    assert.equal(reply.status, 200, `the password change answered ${reply.status} ${String(reply.body['code'])}`)
    user.password = next
    const at = this.#now()
    this.#model.killTokens((known) => known.user === user.id, at)
    this.#model.endSessions((known) => known.user === user.id && known.id !== session.id, false)
    if (reply.body['access_token'] !== undefined) this.#model.learnToken(reply.body, this.#now())
  }

  async #toggleSuspension(user: KnownUser): Promise<void> {
    const status = user.suspended ? 'active' : 'suspended'
    const reply = await this.#world.send('PATCH', `/v1/users/${user.id}`, { body: { status }, local: true })
    assert.equal(reply.status, 200)
    user.suspended = !user.suspended
    if (user.suspended) this.#model.revoke('user', user.id, this.#now())
  }

  async #rotateKey(): Promise<void> {
    const { status } = await this.#world.send('POST', '/v1/signing-keys/rotate', { body: {}, local: true })
    assert.ok(status === 200 || status === 201, `rotating answered ${status}`)
  }

  async #disturb(): Promise<void> {
    const chance = this.#chance
    const some = (): number => (chance.happens(0.5) ? chance.next() * 0.6 : 0)
    this.#world.network.weather = { lose: some(), repeat: some(), reorder: some(), cut: some() / 6 }
    this.#calmSinceMs = Number.POSITIVE_INFINITY
  }

  /** The fault ends: within 10 s, and without anybody's help, all verifiers are fresh again (I21). */
  async #comeToRest(): Promise<void> {
    if (!this.#world.isUp) await this.#world.startServer()
    this.#world.network.weather = calm
    await this.#world.pass(10_000)
    this.#calmSinceMs = this.#now()
  }

  async #killAndRestart(): Promise<void> {
    await this.#world.crash()
    this.#calmSinceMs = Number.POSITIVE_INFINITY
    await this.#checkTokens('while the server is down')
    await this.#world.pass(this.#chance.below(this.#chance.happens(0.2) ? 90_000 : 4_000), 500)
    await this.#checkTokens('while the server is down')
    await this.#world.startServer()
    if (this.#world.network.weather === calm) await this.#comeToRest()
  }

  async #killDuringRefresh(session: KnownSession): Promise<void> {
    const presented = session.refreshTokens.at(-1)
    const key = `walk-${this.#keys++}-refresh-key`
    const lost = this.#present(session, presented, firefox, key).catch(() => undefined)
    await this.#world.settle(this.#chance.below(6))
    await this.#killAndRestart()
    const answered = await lost
    const repeated = await this.#present(session, presented, firefox, key)
    this.#learn(session, repeated)
    // An answer that came after the kill was never sent by a real process; one from before it must agree.
    if (answered?.status === 200) this.#model.learnToken(answered.body, this.#now()).doubtful = true
  }

  async #killDuringRevocation(session: KnownSession): Promise<void> {
    const revoking = this.#world
      .send('POST', '/v1/revocations', { body: { target: { kind: 'session', id: session.id } }, local: true })
      .catch(() => undefined)
    await this.#world.settle(this.#chance.below(6))
    this.#model.revoke('session', session.id, 'doubtful')
    await this.#killAndRestart()
    await revoking
    // Asked again, it holds for certain.
    const { status } = await this.#world.send('POST', '/v1/revocations', {
      body: { target: { kind: 'session', id: session.id } },
      local: true,
    })
    assert.equal(status, 201)
    this.#model.revoke('session', session.id, this.#now())
    session.ended = true
    session.doubtful = false
    for (const token of this.#model.tokens) if (token.session === session.id) token.doubtful = false
  }

  // What must be true

  async #checkTokens(when: string): Promise<void> {
    const sample = this.#sample()
    for (const token of sample) {
      for (let verifier = 0; verifier < this.#world.verifierCount; verifier++) await this.#checkVerdict(token, verifier, when)
      if (this.#world.isUp) await this.#checkServer(token, when)
    }
    this.#forgetExpired()
  }

  async #checkVerdict(token: KnownToken, verifier: number, when: string): Promise<void> {
    const strict = this.#chance.happens(0.3)
    const askedAtMs = this.#now()
    const verdict = await this.#world.ask(verifier, token.token, strict ? { freshness: 'strict' } : {})
    const about = `${when}: verifier ${verifier} said ${verdict} of token ${token.id}${strict ? ' (strict)' : ''}`
    if (verdict === 'token_revoked') token.refusedBy.add(verifier)
    if (verdict === 'accepted') assert.ok(!token.refusedBy.has(verifier), `${about}, which it had refused as revoked before`)
    const isQuiet = this.#isQuiet()
    if (token.deadSinceMs !== undefined) {
      const boundMs = isQuiet ? 0 : ((strict ? bounds.freshSeconds : bounds.graceSeconds) + bounds.skewSeconds) * 1000
      if (verdict === 'accepted')
        assert.ok(askedAtMs - token.deadSinceMs <= boundMs && !isQuiet, `${about}, dead for ${askedAtMs - token.deadSinceMs} ms`)
      return
    }
    if (token.doubtful || this.#nearlyExpired(token)) return
    if (isQuiet) assert.equal(verdict, 'accepted', `${about}, which is valid`)
    else assert.ok(verdict === 'accepted' || verdict === 'revocation_unknown', `${about}, which is valid`)
  }

  /** The server is its own verifier, and never in doubt. */
  async #checkServer(token: KnownToken, when: string): Promise<void> {
    if (token.doubtful || (token.deadSinceMs === undefined && this.#nearlyExpired(token))) return
    const { status, body } = await this.#world.send('GET', '/v1/me', { token: token.token })
    const wanted = token.deadSinceMs === undefined ? 200 : 401
    assert.equal(status, wanted, `${when}: the server said ${status} ${String(body['code'])} of token ${token.id}`)
  }

  /** At the end every living session refreshes, and no ended one does. */
  async #checkSessions(): Promise<void> {
    for (const session of this.#model.sessions) {
      if (session.doubtful) continue
      const { status, body } = await this.#present(session, session.refreshTokens.at(-1))
      assert.equal(status, session.ended ? 401 : 200, `session ${session.id} refreshed with ${status} ${String(body['code'])}`)
    }
  }

  /** No fault is under way and the last one ended long enough ago. */
  #isQuiet(): boolean {
    return this.#world.isUp && this.#now() >= this.#calmSinceMs
  }

  // What the walk remembers

  async #present(session: KnownSession, token: string | undefined, userAgent = session.userAgent, key?: string): Promise<Reply> {
    return this.#world.send('POST', '/v1/sessions/refresh', {
      body: { refresh_token: token },
      headers: { 'user-agent': userAgent, ...(key === undefined ? {} : { 'idempotency-key': key }) },
    })
  }

  #learn(session: KnownSession, reply: Reply): KnownToken {
    assert.equal(reply.status, 200, `a valid refresh was answered ${reply.status} ${String(reply.body['code'])}`)
    return this.#model.learnRefresh(session, reply.body, this.#now())
  }

  #idFor(kind: (typeof targets)[number], token: KnownToken): string | undefined {
    switch (kind) {
      case 'everyone':
      case 'issuer':
        // Rare, or nothing would ever live long enough to be interesting.
        return this.#chance.happens(0.2) ? '' : undefined
      case 'client':
        return this.#chance.happens(0.2) ? token.client : undefined
      case 'role':
        return this.#chance.pick(roles)
      case 'group':
        return this.#chance.pick(groups)
      case 'user':
        return token.user
      case 'session':
        return token.session
      case 'token':
        return token.id
      case 'key':
        return this.#chance.happens(0.3) ? token.kid : undefined
    }
  }

  async #withSession(act: (session: KnownSession) => Promise<void>): Promise<void> {
    const session = this.#chance.pick(this.#model.living())
    if (session === undefined) return this.#signInSomeone()
    // Refresh a session too late and the retry rules of the overlap no longer apply to its newest rotation.
    if (this.#now() - session.rotatedAtMs > overlapMs) await this.#refresh(session)
    await act(session)
  }

  async #withUser(act: (user: KnownUser) => Promise<void>): Promise<void> {
    const user = this.#chance.pick(this.#model.users)
    if (user !== undefined) await act(user)
  }

  /** A dozen tokens: the newest, and some of the rest. */
  #sample(): readonly KnownToken[] {
    const { tokens } = this.#model
    const newest = tokens.slice(-4)
    const others = Array.from({ length: 6 }, () => this.#chance.pick(tokens)).filter((token) => token !== undefined)
    return [...new Set([...newest, ...others])]
  }

  #forgetExpired(): void {
    const { tokens } = this.#model
    const kept = tokens.filter((token) => this.#now() < token.expiresAtMs + 30_000)
    tokens.splice(0, tokens.length, ...kept)
  }

  #nearlyExpired(token: KnownToken): boolean {
    return this.#now() > token.expiresAtMs - expiryMarginMs
  }

  #now(): number {
    return this.#world.clock.monotonicMs()
  }
}
