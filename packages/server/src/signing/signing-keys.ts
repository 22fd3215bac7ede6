import type { EpochMs, Platform } from 'countersign/core'
import { AuthError } from 'countersign/core'
import type { JwsAlgorithm } from 'countersign/crypto'
import type { PublicJwk, SigningKey } from 'countersign/key'
import { exportPrivateKey, generateSigningKey, importSigningKey } from 'countersign/key'
import type { KeyPurpose, KeyState, KeyStore, StoredKey } from './key-store.ts'
import type { MasterSecret } from './master-secret.ts'
import type { Resealed, SealedUnder } from './secret-rotation.ts'

export interface SigningKeysOptions {
  readonly store: KeyStore
  readonly secret: MasterSecret
  readonly platform: Platform
  /** For keys made from now on; a stored key keeps its own until it is rotated out. */
  readonly algorithm: JwsAlgorithm
  /** The longest life of a token that these keys sign. */
  readonly tokenLifeSeconds: number
  readonly clockSkewSeconds?: number
  /** Age at which `maintain` replaces a current key. Default 30 days. */
  readonly rotationIntervalSeconds?: number
}

/** What an operator may see of a key. */
export interface KeySummary {
  readonly kid: string
  readonly purpose: KeyPurpose
  readonly algorithm: JwsAlgorithm
  readonly state: KeyState
  readonly createdAt: EpochMs
  readonly activatedAt: EpochMs | undefined
  readonly verifyUntil: EpochMs | undefined
}

const purposes: readonly KeyPurpose[] = ['access-token', 'feed']
const SEALING_PURPOSE = 'signing-key/1'
const DEFAULT_SKEW_SECONDS = 5
const DEFAULT_ROTATION_SECONDS = 30 * 86_400

/**
 * The keys that sign access tokens and feed messages. `next` is published before it signs, `current` signs, `previous`
 * verifies until its last token has expired. Private keys are sealed at rest, bound to their kid and purpose.
 */
export class SigningKeys {
  readonly #options: SigningKeysOptions
  #stored: readonly StoredKey[] = []
  #current: ReadonlyMap<KeyPurpose, SigningKey> = new Map()
  #published: ReadonlyMap<KeyPurpose, readonly PublicJwk[]> = new Map()
  /** Numbers the reloads, so that a slow one does not put back what a later one has replaced. */
  #asked = 0
  #loaded = 0

  private constructor(options: SigningKeysOptions) {
    this.#options = options
  }

  /**
   * Loads the keys; makes them at the first start. Of several servers that start at once one wins, and all use its keys.
   *
   * @throws {Error} when a stored key cannot be opened with the given master secret.
   */
  static async open(options: SigningKeysOptions): Promise<SigningKeys> {
    const keys = new SigningKeys(options)
    await keys.reload()
    for (const purpose of purposes) {
      if (keys.#current.has(purpose)) continue
      const at = options.platform.clock.now()
      // False means that another server was quicker: its keys are as good.
      await options.store.initialise([keys.#make(purpose, 'current', at), keys.#make(purpose, 'next', at)])
      await keys.reload()
    }
    return keys
  }

  /** The key that signs now. */
  current(purpose: KeyPurpose): SigningKey {
    const key = this.#current.get(purpose)
    if (key === undefined) throw new Error(`no current signing key for ${purpose}`)
    return key
  }

  /** What verifiers may accept: current, next and previous keys, in this order; never a revoked one. */
  published(purpose: KeyPurpose): readonly PublicJwk[] {
    return this.#published.get(purpose) ?? []
  }

  /** Every key that is not gone, revoked ones included, as the store has them now. */
  async list(): Promise<readonly KeySummary[]> {
    await this.reload()
    return this.#stored.map(({ kid, purpose, algorithm, state, createdAt, activatedAt, verifyUntil }) => ({
      kid,
      purpose,
      algorithm,
      state,
      createdAt,
      activatedAt,
      verifyUntil,
    }))
  }

  /**
   * Hands over from `current` to `next`, which verifiers know already, and publishes a new `next`. Calls that meet make
   * one rotation. Tokens of the outgoing key stay valid.
   */
  async rotate(purpose: KeyPurpose): Promise<void> {
    const { store, platform } = this.#options
    const from = this.current(purpose).kid
    const at = platform.clock.now()
    const outcome = await store.rotate({ purpose, from, next: this.#make(purpose, 'next', at), verifyUntil: this.#lastExpiry(at), at })
    await this.reload()
    // Lost to another rotation: what was asked, another key than the one seen, is so.
    if (outcome === 'lost' && this.current(purpose).kid === from) throw new AuthError('conflict', { kid: from })
  }

  /**
   * Ends a key at once: whatever it has signed is dead, in the same transaction. A revoked `current` hands over to
   * `next`. Revoking twice changes nothing more.
   *
   * @throws {AuthError} `not_found` for a kid that is none of ours.
   */
  async revoke(kid: string): Promise<void> {
    await this.reload()
    const key = this.#find(kid)
    if (key === undefined) throw new AuthError('not_found', { kid })
    if (key.state === 'revoked') return
    const at = this.#options.platform.clock.now()
    const outcome = await this.#options.store.revoke({ kid, next: this.#make(key.purpose, 'next', at), at })
    await this.reload()
    if (outcome === 'unknown' && this.#find(kid)?.state !== 'revoked') throw new AuthError('not_found', { kid })
  }

  /** Since when the current key signs, and when `maintain` replaces it. Reads what was loaded last. */
  scheduleOf(purpose: KeyPurpose): { readonly since: EpochMs; readonly until: EpochMs } | undefined {
    const key = this.#stored.find((each) => each.purpose === purpose && each.state === 'current')
    if (key === undefined) return undefined
    const { rotationIntervalSeconds = DEFAULT_ROTATION_SECONDS } = this.#options
    const since = key.activatedAt ?? key.createdAt
    return { since, until: since + rotationIntervalSeconds * 1000 }
  }

  /** Is this key one of ours, in whatever state? Reads what was loaded last. */
  knows(kid: string): boolean {
    return this.#find(kid) !== undefined
  }

  /** Was it ours, and ended before its time? Reads what was loaded last. */
  isRevoked(kid: string): boolean {
    return this.#find(kid)?.state === 'revoked'
  }

  /** The schedule: takes over what other servers did, rotates what is due, drops what has served. Call it every few minutes. */
  async maintain(): Promise<void> {
    await this.reload()
    const { store, platform, rotationIntervalSeconds = DEFAULT_ROTATION_SECONDS } = this.#options
    const now = platform.clock.now()
    for (const key of this.#stored) {
      const age = now - (key.activatedAt ?? key.createdAt)
      if (key.state === 'current' && age >= rotationIntervalSeconds * 1000) await this.rotate(key.purpose)
    }
    if ((await store.retire(now)) > 0) await this.reload()
  }

  /** Takes over what the store holds, for instance after another server has rotated. */
  async reload(): Promise<void> {
    const turn = ++this.#asked
    const stored = await this.#options.store.all()
    if (turn < this.#loaded) return
    const current = new Map<KeyPurpose, SigningKey>()
    const published = new Map<KeyPurpose, readonly PublicJwk[]>()
    for (const purpose of purposes) {
      const ofPurpose = stored.filter((key) => key.purpose === purpose)
      const signer = ofPurpose.find((key) => key.state === 'current')
      if (signer !== undefined) current.set(purpose, this.#open(signer))
      const order: readonly KeyState[] = ['current', 'next', 'previous']
      published.set(
        purpose,
        Object.freeze(order.flatMap((state) => ofPurpose.filter((key) => key.state === state).map((key) => key.publicJwk))),
      )
    }
    this.#loaded = turn
    this.#stored = stored
    this.#current = current
    this.#published = published
  }

  /** Under which master secret each key rests, revoked ones included. */
  async *sealedUnder(): AsyncGenerator<SealedUnder> {
    const { store, secret } = this.#options
    for (const { kid, purpose, sealed } of await store.all()) yield secret.sealedUnder(SEALING_PURPOSE, sealed, sealContext(purpose, kid))
  }

  /** Moves the keys under the first master secret of the list. Nothing that they have signed changes. */
  async reseal(): Promise<Resealed> {
    const { store, secret, platform } = this.#options
    const total = { resealed: 0, lost: 0 }
    for (const { kid, purpose, sealed } of secret.hasOlder ? await store.all() : []) {
      try {
        const next = secret.resealed(SEALING_PURPOSE, sealed, sealContext(purpose, kid), platform.random)
        if (next !== undefined && (await store.reseal(kid, sealed, next))) total.resealed++
      } catch (error) {
        if (error instanceof AuthError) throw error
        total.lost++
      }
    }
    return total
  }

  #find(kid: string): StoredKey | undefined {
    return this.#stored.find((key) => key.kid === kid)
  }

  #make(purpose: KeyPurpose, state: 'current' | 'next', at: EpochMs): StoredKey {
    const { algorithm, secret, platform } = this.#options
    const key = generateSigningKey(algorithm)
    const sealed = secret.seal(SEALING_PURPOSE, exportPrivateKey(key), sealContext(purpose, key.kid), platform.random)
    const activatedAt = state === 'current' ? at : undefined
    return { kid: key.kid, purpose, algorithm, publicJwk: key.publicJwk, sealed, state, createdAt: at, activatedAt, verifyUntil: undefined }
  }

  /** An unchanged current key is opened once, not at each reload. */
  #open(stored: StoredKey): SigningKey {
    const known = this.#current.get(stored.purpose)
    if (known?.kid === stored.kid) return known
    let privateKey: Uint8Array
    try {
      privateKey = this.#options.secret.unseal(SEALING_PURPOSE, stored.sealed, sealContext(stored.purpose, stored.kid))
    } catch (cause) {
      throw new Error(`signing key ${stored.kid} cannot be opened: it was sealed under another master secret, or changed`, { cause })
    }
    const key = importSigningKey(stored.algorithm, privateKey)
    if (key.kid !== stored.kid) throw new Error(`signing key ${stored.kid} does not fit its kid`)
    return key
  }

  #lastExpiry(at: EpochMs): EpochMs {
    const { tokenLifeSeconds, clockSkewSeconds = DEFAULT_SKEW_SECONDS } = this.#options
    return at + (tokenLifeSeconds + clockSkewSeconds) * 1000
  }
}

/** A sealed key copied to another row, or to the other purpose, does not open there. */
const sealContext = (purpose: KeyPurpose, kid: string): string => `${purpose}:${kid}`
