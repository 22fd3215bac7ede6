import type { KeySource } from 'countersign'
import { type Cancel, type Clock, toEpochSeconds } from 'countersign/core'
import type { FeedSource } from 'countersign/feed'
import { type KeyLookUp, generateSigningKey, type KeySet, keySet, type PublicJwk, type SigningKey, verificationKey } from 'countersign/key'
import {
  chain,
  encodeFeedMessage,
  type LogEntry,
  type LogHead,
  ORIGIN,
  ORIGIN_HASH,
  type Position,
  type TargetKind,
} from 'countersign/revocation'
import { type AccessTokenClaims, signAccessToken } from 'countersign/token'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://orders.example'

const TOKEN_LIFE_SECONDS = 300
const CUTOFF_LIFE_MS = 600_000

interface Subscriber {
  readonly deliver: (message: string) => void
  position: Position
}

/** An issuer without accounts, sessions and a database: it signs tokens, and keeps and publishes a log. */
export class FakeIssuer implements FeedSource, KeySource {
  readonly #clock: Pick<Clock, 'now'>
  readonly #url: string
  readonly #feedKey = generateSigningKey('ES256')
  readonly #feedKeys = keySet([verificationKey(this.#feedKey.publicJwk)])
  readonly #subscribers = new Set<Subscriber>()
  readonly #log: LogEntry[] = []
  #head: LogHead = { position: ORIGIN, hash: ORIGIN_HASH }
  #tokenNumber = 0
  #signingKeys: readonly SigningKey[] = [generateSigningKey('ES256')]
  #publishedKeys: KeySet = this.#publicHalves()
  /** Says nothing any more, as behind a broken network. */
  isSilent = false

  constructor(clock: Pick<Clock, 'now'>, url: string = ISSUER) {
    this.#clock = clock
    this.#url = url
  }

  get head(): Position {
    return this.#head.position
  }

  /** The public halves that it publishes: of the keys of tokens, and of the key of its log. */
  get publicJwks(): { readonly accessToken: readonly PublicJwk[]; readonly feed: readonly PublicJwk[] } {
    return { accessToken: this.#signingKeys.map(({ publicJwk }) => publicJwk), feed: [this.#feedKey.publicJwk] }
  }

  /** The key that signs. */
  get key(): SigningKey {
    return this.#signingKeys[0] as SigningKey
  }

  /** A token as the issuer would make it now, with some claims changed; `undefined` takes a claim out. */
  token(
    claims: { readonly [Name in keyof AccessTokenClaims]?: AccessTokenClaims[Name] | undefined } = {},
    key: SigningKey = this.key,
  ): string {
    const now = toEpochSeconds(this.#clock.now())
    const whole = {
      iss: this.#url,
      sub: 'usr_ann',
      aud: AUDIENCE,
      client_id: 'app',
      iat: now,
      exp: now + TOKEN_LIFE_SECONDS,
      jti: `tok_${++this.#tokenNumber}`,
      sid: 'ses_1',
      rev: this.#head.position,
      scope: 'orders:read',
      roles: ['staff'],
      groups: ['grp_north'],
      auth_time: now,
      amr: ['pwd'],
      ...claims,
    }
    const present = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined))
    return signAccessToken(present as unknown as AccessTokenClaims, key)
  }

  /** Appends a cut-off and publishes it, unless it is silent. */
  revoke(kind: TargetKind, id = ''): Position {
    return this.#append('cutoff', kind, id)
  }

  /** A new key signs from now on; the ones before still verify. */
  rotateKey({ announced }: { readonly announced: boolean }): void {
    this.#signingKeys = [generateSigningKey('ES256'), ...this.#signingKeys]
    if (announced) this.#append('keyset', 'issuer', '')
  }

  /** The keys before the one that signs verify no more. */
  retireKeys(): void {
    this.#signingKeys = [this.key]
    this.#append('keyset', 'issuer', '')
  }

  heartbeat(): void {
    if (this.isSilent) return
    this.#catchUp()
    const message = encodeFeedMessage(
      { type: 'heartbeat', iss: this.#url, head: this.#head.position, hash: this.#head.hash, at: this.#clock.now() },
      this.#feedKey,
    )
    for (const { deliver } of this.#subscribers) deliver(message)
  }

  async *snapshot(): AsyncGenerator<string> {
    if (this.isSilent) throw new Error('the issuer is silent')
    const { position: head, hash } = this.#head
    const at = this.#clock.now()
    yield encodeFeedMessage(
      { type: 'snapshot', iss: this.#url, head, hash, at, after: ORIGIN, upTo: head, readAt: at, entries: this.#log },
      this.#feedKey,
    )
  }

  subscribe(after: Position, deliver: (message: string) => void): Cancel {
    const subscriber: Subscriber = { deliver, position: after }
    this.#subscribers.add(subscriber)
    this.#catchUp()
    return () => void this.#subscribers.delete(subscriber)
  }

  accessTokenKeys(): KeySet {
    return this.#publishedKeys
  }

  feedKeys(): KeySet {
    return this.#feedKeys
  }

  async load(): Promise<void> {
    this.#publishedKeys = this.#publicHalves()
  }

  async lookUp(kid: string): Promise<KeyLookUp> {
    if (this.isSilent) return 'unknown'
    await this.load()
    return this.#publishedKeys.find(kid) === undefined ? 'absent' : 'found'
  }

  #append(kind: LogEntry['kind'], targetKind: TargetKind, id: string): Position {
    const at = this.#clock.now()
    const draft = { kind, target: { kind: targetKind, id }, mode: 'soft' as const, expiresAt: at + CUTOFF_LIFE_MS }
    const entry = chain(this.#head, at, draft)
    this.#log.push(entry)
    this.#head = entry
    this.#catchUp()
    return entry.position
  }

  #catchUp(): void {
    if (this.isSilent) return
    for (const subscriber of this.#subscribers) {
      const { position: after, deliver } = subscriber
      const entries = this.#log.filter(({ position }) => position > after)
      if (entries.length === 0) continue
      subscriber.position = this.#head.position
      deliver(encodeFeedMessage({ type: 'entries', iss: this.#url, after, entries }, this.#feedKey))
    }
  }

  #publicHalves(): KeySet {
    return keySet(this.#signingKeys.map(({ publicJwk }) => verificationKey(publicJwk)))
  }
}
