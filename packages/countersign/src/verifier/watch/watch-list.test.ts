import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AuthError, ManualClock, type Principal } from '../../core/index.ts'
import { keySet } from '../../key/index.ts'
import {
  chain,
  GenerationCutoffIndex,
  isRevoked,
  type LogEntry,
  ORIGIN_HASH,
  type TargetKind,
  type TokenFacts,
  targetKinds,
} from '../../revocation/index.ts'
import { RouteRule } from '../requirement.ts'
import type { VerifiedToken } from '../verified-token.ts'
import { type WatchedLog, WatchList } from './watch-list.ts'
import { WatchIndex } from './watch-index.ts'

const START_SECONDS = 1_900_000_000
const ordinary = new RouteRule({})

/** A log whose look-ups are counted, and a world in which every token that is known is good. */
class Scene implements WatchedLog {
  readonly clock: ManualClock = new ManualClock(START_SECONDS * 1000)
  readonly list: WatchList
  readonly ended: string[] = []
  /** The tokens that were looked up in the log. */
  lookedUp: string[] = []
  proofs = 0
  state: 'fresh' | 'grace' | 'stale' = 'fresh'
  /** What proving a token takes, where it is not known at once. */
  answer: ((token: VerifiedToken) => Promise<VerifiedToken>) | undefined
  readonly #index = new GenerationCutoffIndex()
  readonly #tokens = new Map<string, VerifiedToken>()
  readonly #listeners = new Set<(entry: LogEntry) => void>()
  #head = { position: 0, hash: ORIGIN_HASH }

  constructor() {
    const prove = (text: string): VerifiedToken | Promise<VerifiedToken> => {
      this.proofs++
      const token = this.#tokens.get(text)
      if (token === undefined) throw new AuthError('token_invalid')
      if (this.clock.now() / 1000 >= token.notAfter) throw new AuthError('token_expired')
      if (this.answer !== undefined) return this.answer(token)
      if (this.state === 'stale') throw new AuthError('revocation_unknown')
      return token
    }
    this.list = new WatchList({ clock: this.clock, replica: this, prove })
  }

  /** Opens a watch on a new token. @returns its end, as it comes to pass in `ended`. */
  async open(name: string, facts: Partial<TokenFacts> = {}, rule: RouteRule = ordinary) {
    return this.list.open(this.add(name, facts), rule, (reason) => void this.ended.push(`${name} ${reason.code}`))
  }

  /** @returns the text of a new token. */
  add(name: string, facts: Partial<TokenFacts> = {}, expiresInSeconds = 300): string {
    const token = tokenOf(name, { ...facts, rev: this.#head.position }, this.clock.now() / 1000 + expiresInSeconds)
    this.#tokens.set(token.text, token)
    return token.text
  }

  append(kind: TargetKind, id: string, entryKind: LogEntry['kind'] = 'cutoff'): void {
    const now = this.clock.now()
    const entry = chain(this.#head, now, { kind: entryKind, target: { kind, id }, mode: 'soft', expiresAt: now + 600_000 })
    this.#head = entry
    this.#index.apply(entry)
    for (const listener of this.#listeners) listener(entry)
  }

  now(): number {
    return this.clock.now()
  }

  freshness() {
    return { state: this.state, ageMs: this.state === 'fresh' ? 0 : 30_000 }
  }

  isRevoked(facts: TokenFacts): boolean {
    this.lookedUp.push(facts.tokenId)
    return isRevoked(this.#index, facts)
  }

  onEntry(listener: (entry: LogEntry) => void) {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

function tokenOf(name: string, facts: Partial<TokenFacts>, notAfter: number): VerifiedToken {
  const whole: TokenFacts = {
    issuer: 'iss',
    client: 'app',
    roles: [],
    groups: [],
    user: `usr_${name}`,
    session: `ses_${name}`,
    tokenId: name,
    keyId: 'key',
    rev: 0,
    ...facts,
  }
  const principal = { issuer: whole.issuer, subject: whole.user, session: whole.session, expiresAt: notAfter } as Principal
  return {
    text: `Bearer ${name}`,
    principal,
    facts: whole,
    confirmation: undefined,
    key: undefined,
    keys: keySet([]),
    notBefore: 0,
    notAfter,
    clearAt: -1,
    used: false,
    recheck: { checkedAt: 0, requestsSince: -1 },
  }
}

test('[B38] of 10 000 open connections an entry of the log touches only those that it names', async () => {
  const scene = new Scene()
  for (let at = 0; at < 10_000; at++) {
    await scene.open(`${at}`, {
      user: `usr_${at % 5000}`,
      roles: at % 1000 === 7 ? ['guest'] : ['staff'],
      keyId: at === 42 ? 'leaked' : 'key',
    })
  }
  const touchedBy = (kind: TargetKind, id: string): readonly string[] => {
    scene.lookedUp = []
    scene.append(kind, id)
    return scene.lookedUp
  }
  assert.deepEqual(touchedBy('session', 'ses_17'), ['17'])
  assert.deepEqual(touchedBy('user', 'usr_100'), ['100', '5100'])
  assert.deepEqual(touchedBy('token', '200'), ['200'])
  assert.deepEqual(touchedBy('key', 'leaked'), ['42'])
  assert.equal(touchedBy('role', 'guest').length, 10)
  assert.equal(touchedBy('user', 'usr_nobody').length, 0)
  assert.equal(touchedBy('group', 'guest').length, 0)
  assert.equal(scene.ended.length, 15)
  assert.equal(scene.list.size, 9985)
  assert.equal(touchedBy('everyone', '').length, 9985)
  assert.equal(scene.list.size, 0)
})

test('[B38] time goes by without a look at connections that nothing has happened to', async () => {
  const scene = new Scene()
  for (let at = 0; at < 1000; at++) await scene.open(`${at}`)
  const { proofs } = scene
  scene.lookedUp = []
  scene.clock.advance(299_000)
  assert.equal(scene.proofs - proofs, 0)
  assert.equal(scene.lookedUp.length, 0)
})

const someFacts = fc.record({
  client: fc.constantFrom('a', 'b'),
  user: fc.constantFrom('a', 'b', undefined),
  session: fc.constantFrom('a', 'b', undefined),
  tokenId: fc.constantFrom('a', 'b', 'c'),
  keyId: fc.constantFrom('a', 'b'),
  roles: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
  groups: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
})
const someEntry = fc.record({
  kind: fc.constantFrom(...targetKinds),
  id: fc.constantFrom('a', 'b', 'c'),
  of: fc.constantFrom<LogEntry['kind'][]>('cutoff', 'epoch', 'keyset'),
})

test('what the rule calls revoked by an entry, the index finds by that entry', () => {
  fc.assert(
    fc.property(fc.array(someFacts, { maxLength: 8 }), someEntry, (all, { kind, id, of }) => {
      const members = all.map((facts) => ({ facts: { issuer: 'iss', rev: 0, ...facts }, rule: ordinary, dueAt: 0, isVisited: true }))
      const index = new WatchIndex<(typeof members)[number]>()
      for (const member of members) index.add(member)
      const target = { kind, id: kind === 'everyone' || kind === 'issuer' ? '' : id }
      const entry = chain({ position: 0, hash: ORIGIN_HASH }, 0, { kind: of, target, mode: 'soft', expiresAt: 600_000 })
      const cutoffs = new GenerationCutoffIndex()
      cutoffs.apply(entry)
      const found = new Set(index.concernedBy(entry))
      for (const member of members) if (isRevoked(cutoffs, member.facts)) assert.ok(found.has(member))
      for (const member of members) index.remove(member)
      assert.deepEqual(
        [index.size, index.all(), index.concernedBy(entry), index.dueBy(0), index.rules(), index.visited()],
        [0, [], [], [], [], []],
      )
    }),
  )
})

test('one that cannot be told of its end keeps no other from its own', async () => {
  const scene = new Scene()
  const deaf = scene.add('deaf', { user: 'usr_ann' })
  await scene.list.open(deaf, ordinary, () => {
    throw new Error('the socket is gone')
  })
  await scene.open('other', { user: 'usr_ann' })
  scene.append('user', 'usr_ann')
  assert.deepEqual(scene.ended, ['other token_revoked'])
  assert.equal(scene.list.size, 0)
})

test('a revocation that comes while the token is being proven is not missed', async () => {
  const scene = new Scene()
  let prove = (): void => undefined
  scene.answer = (token) => new Promise((resolve) => (prove = () => resolve(token)))
  const opening = scene.open('late')
  prove()
  // Proven, and not yet watched: the promise is settled, and nobody has been told.
  scene.append('token', 'late')
  await assert.rejects(opening, (error) => error instanceof AuthError && error.code === 'token_revoked')
  assert.equal(scene.list.size, 0)
})

test('a closed watch hears nothing, renews nothing and is forgotten', async () => {
  const scene = new Scene()
  const watch = await scene.open('gone')
  watch.close()
  watch.close()
  scene.append('everyone', '')
  scene.clock.advance(400_000)
  assert.deepEqual(scene.ended, [])
  assert.equal(scene.list.size, 0)
  scene.add('newer', { user: 'usr_gone', session: 'ses_gone' })
  await assert.rejects(watch.renew('newer'), (error) => error instanceof AuthError && error.code === 'credential_missing')
})

test('a renewal that is proven after the end does not undo it', async () => {
  const scene = new Scene()
  const watch = await scene.open('first', { user: 'usr_ann', session: 'ses_1' })
  scene.add('second', { user: 'usr_ann', session: 'ses_1' })
  let prove = (): void => undefined
  scene.answer = (token) => new Promise((resolve) => (prove = () => resolve(token)))
  const renewing = watch.renew('second')
  scene.append('token', 'first')
  prove()
  await assert.rejects(renewing, (error) => error instanceof AuthError && error.code === 'token_revoked')
  assert.deepEqual(scene.ended, ['first token_revoked'])
  assert.equal(scene.list.size, 0)
})

test('where the route asks the issuer, its word lasts as long as the route trusts knowledge of that age, and its no ends the connection', async () => {
  const scene = new Scene()
  await scene.open('asked', {}, new RouteRule({ freshness: { maxAgeSeconds: 3, whenStale: 'ask' } }))
  scene.state = 'stale'
  let isAlive = true
  scene.answer = async (token) => {
    if (!isAlive) throw new AuthError('token_revoked')
    return token
  }
  const { proofs } = scene
  for (let second = 0; second < 9; second++) {
    scene.clock.advance(1000)
    await Promise.resolve()
  }
  assert.equal(scene.proofs - proofs, 3)
  isAlive = false
  scene.clock.advance(3000)
  await new Promise(setImmediate)
  assert.deepEqual(scene.ended, ['asked token_revoked'])
})

test('a renewed connection is found by what its new token says, and by nothing else', async () => {
  const scene = new Scene()
  const watch = await scene.open('first', { user: 'usr_ann', session: 'ses_1', roles: ['guest'] })
  scene.clock.advance(100_000)
  scene.add('second', { user: 'usr_ann', session: 'ses_1', roles: ['staff'] })
  await watch.renew('second')
  const { proofs } = scene
  scene.lookedUp = []
  scene.append('token', 'first')
  scene.append('role', 'guest')
  scene.clock.advance(299_000)
  assert.deepEqual([scene.lookedUp, scene.proofs - proofs, scene.ended], [[], 0, []])
  scene.append('role', 'staff')
  assert.deepEqual(scene.ended, ['first token_revoked'])
})

test('what the issuer says of the token before the renewal is no word about the connection', async () => {
  const scene = new Scene()
  const watch = await scene.open(
    'first',
    { user: 'usr_ann', session: 'ses_1' },
    new RouteRule({ freshness: { maxAgeSeconds: 3, whenStale: 'ask' } }),
  )
  scene.add('second', { user: 'usr_ann', session: 'ses_1' })
  scene.state = 'stale'
  let refuse = (): void => undefined
  scene.answer = () =>
    new Promise((_, reject) => {
      refuse = () => reject(new AuthError('token_revoked'))
    })
  scene.clock.advance(1000)
  const refuseFirst = refuse
  scene.answer = async (token) => token
  await watch.renew('second')
  refuseFirst()
  await new Promise(setImmediate)
  assert.deepEqual(scene.ended, [])
})

const turn = (): Promise<void> => new Promise(setImmediate)

test('[B38] what may end without a word in the log is visited once a second, so many at one time, and nothing else is', async () => {
  const scene = new Scene()
  const asking = new RouteRule({ recheck: { notWithinSeconds: 60 } })
  for (let n = 0; n < 100; n++) await scene.open(`asked-${n}`, {}, asking)
  await scene.open('ordinary')
  const before = scene.proofs
  const answers: (() => void)[] = []
  scene.answer = (token) => new Promise((resolve) => answers.push(() => resolve(token)))
  scene.clock.advance(5000)
  await turn()
  assert.equal(answers.length, 64)
  for (let n = 0; n < 100; n++) {
    answers[n]?.()
    await turn()
  }
  assert.equal(scene.proofs - before, 100, 'each of them once, however many seconds the round takes')
  scene.clock.advance(1000)
  await turn()
  assert.equal(scene.proofs - before, 164)
  assert.deepEqual(scene.ended, [])
})

test('[B38] a visit ends what is refused, and leaves alone what nobody could be asked about for now', async () => {
  const scene = new Scene()
  const asking = new RouteRule({ recheck: { notWithinSeconds: 60 } })
  for (const name of ['dead', 'unknown', 'put off', 'alive']) await scene.open(name, {}, asking)
  const refusals = new Map([
    ['dead', 'token_revoked'],
    ['unknown', 'revocation_unknown'],
    ['put off', 'overloaded'],
  ] as const)
  scene.answer = async (token) => {
    const code = refusals.get(token.facts.tokenId as 'dead')
    if (code !== undefined) throw new AuthError(code)
    return token
  }
  scene.clock.advance(1000)
  await turn()
  assert.deepEqual(scene.ended.toSorted(), ['dead token_revoked', 'unknown revocation_unknown'])
  assert.equal(scene.list.size, 2)
})
