import type { EpochMs, Platform } from 'countersign/core'
import { AuthError } from 'countersign/core'
import { actOn } from '../audit/index.ts'
import { newAccessKeyId } from './access-key-id.ts'
import { checkedPublicKey } from './access-key-public.ts'
import type { AccessKeySecrets } from './access-key-secret.ts'
import { type AskedSettings, changedSettings, newSettings } from './access-key-settings.ts'
import { type Allowance, type IssuedAccessKey, isAccessKey, isTemporary, type KeyActor, renewed } from './access-key.ts'
import type { CallerKey, CallerKeyOwner } from './caller-key.ts'
import type { CallerKeyStore } from './caller-key-store.ts'

export interface AccessKeysOptions {
  readonly store: CallerKeyStore
  readonly secrets: AccessKeySecrets
  readonly platform: Platform
}

export interface NewAccessKey extends AskedSettings {
  readonly name: string
  readonly owner: CallerKeyOwner
  /** What the key may have of it. */
  readonly allowance: Allowance
  /** Given, there is no secret. */
  readonly publicKey?: Readonly<Record<string, unknown>> | undefined
  readonly expiresAt?: EpochMs | undefined
  /** It ends with this session. */
  readonly session?: string | undefined
}

export interface Rotation {
  /** For so long the old key goes on. Default 60. */
  readonly overlapSeconds?: number | undefined
  /** The new one, where the key is a public one. */
  readonly publicKey?: Readonly<Record<string, unknown>> | undefined
}

export interface AccessKeyChange extends AskedSettings {
  /** Null: never. */
  readonly expiresAt?: EpochMs | null | undefined
}

const DEFAULT_OVERLAP_SECONDS = 60
const MAXIMUM_LISTED = 200

/** The keys with which callers sign their requests. What is true of them at the moment verifiers learn from `KeyRecords`. */
export class AccessKeys {
  readonly #options: AccessKeysOptions

  constructor(options: AccessKeysOptions) {
    this.#options = options
  }

  /**
   * @throws {AuthError} `request_invalid` for settings beyond the allowance, a key that is unusable, a life that has passed, or an owner
   * who is unknown or suspended (at `/user` or `/service`).
   */
  async create({ owner, allowance, publicKey, expiresAt, session, ...asked }: NewAccessKey): Promise<IssuedAccessKey> {
    const { store, platform } = this.#options
    const at = platform.clock.now()
    const settings = newSettings(asked, allowance, at)
    requireFuture(expiresAt, at)
    const facts = { owner, settings, session, parent: undefined, successor: undefined, createdAt: at, expiresAt }
    const issued = this.#make(facts, publicKey)
    actOn('access_key', issued.key.id)
    if ((await store.add(issued.key)) === 'added') return issued
    throw wrong(`/${owner.kind}`, 'is nobody who is active')
  }

  /** A page of them, by id. */
  list(page: { readonly owner?: CallerKeyOwner; readonly after?: string; readonly limit?: number }): Promise<readonly CallerKey[]> {
    return this.#options.store.list({ limit: MAXIMUM_LISTED, ...page, kinds: ['hmac', 'public'] })
  }

  /** @throws {AuthError} `not_found`, also for a key of somebody else. */
  async find(id: string, { isOperator, owner, key: own }: KeyActor): Promise<CallerKey> {
    const key = await this.#options.store.find(id)
    const mayKnow = isOperator || own === id || (owner !== undefined && key?.owner.kind === owner.kind && key.owner.id === owner.id)
    if (key === undefined || !isAccessKey(key) || !mayKnow) throw new AuthError('not_found', { key: id })
    return key
  }

  /** Verifiers drop what they hold of it. @throws {AuthError} `not_found`; `request_invalid` as `create`. */
  async update(id: string, actor: KeyActor, { expiresAt, ...asked }: AccessKeyChange, allowance: Allowance): Promise<CallerKey> {
    const { store, platform } = this.#options
    const at = platform.clock.now()
    await this.find(id, actor)
    requireFuture(expiresAt ?? undefined, at)
    // From what the key is then: another change may have come meanwhile, and switched it off.
    const change = (key: CallerKey): Pick<CallerKey, 'settings' | 'expiresAt'> => {
      const endsAt = expiresAt === undefined ? key.expiresAt : (expiresAt ?? undefined)
      if (key.successor !== undefined || isTemporary(key)) requireNotLonger(key, endsAt)
      return { settings: changedSettings(key.settings, asked, allowance), expiresAt: endsAt }
    }
    const updated = await store.update(id, change, at)
    if (updated === undefined) throw new AuthError('not_found', { key: id })
    return updated
  }

  /** With all that was made with it. @throws {AuthError} `not_found`. */
  async remove(id: string, actor: KeyActor): Promise<void> {
    await this.find(id, actor)
    const removed = await this.#options.store.remove(id, this.#options.platform.clock.now())
    if (!removed) throw new AuthError('not_found', { key: id })
  }

  /**
   * Makes a successor with the same settings and the same end; the key itself goes on for the overlap. Whoever signs with the key that
   * they replace gets its one successor, however often and from however many processes they ask.
   *
   * @throws {AuthError} `not_found`; `conflict` for a key that has a successor or is temporary; `request_invalid` as `create`.
   */
  async rotate(id: string, actor: KeyActor, { overlapSeconds = DEFAULT_OVERLAP_SECONDS, publicKey }: Rotation): Promise<IssuedAccessKey> {
    const { store, platform } = this.#options
    const at = platform.clock.now()
    const key = await this.find(id, actor)
    if (isTemporary(key)) throw new AuthError('conflict', { key: id, reason: 'temporary' })
    if ((key.kind === 'public') !== (publicKey !== undefined)) {
      throw wrong('/public_key', key.kind === 'public' ? 'is required' : 'is for public keys only')
    }
    const { owner, session, parent, expiresAt } = key
    const facts = { owner, settings: renewed(key.settings, at), session, parent, successor: undefined, createdAt: at, expiresAt }
    const issued = this.#make(facts, publicKey)
    if (key.successor === undefined && (await store.replace(id, issued.key, at + overlapSeconds * 1000, at)) === 'replaced') return issued
    return this.#successorOf(id, actor, issued.key.material)
  }

  /** Another call was earlier. */
  async #successorOf(id: string, actor: KeyActor, material: string): Promise<IssuedAccessKey> {
    const { successor } = await this.find(id, actor)
    const key = successor === undefined || actor.key !== id ? undefined : await this.#options.store.find(successor)
    if (key === undefined) throw new AuthError('conflict', { key: id, reason: 'replaced' })
    if (key.kind === 'hmac') return { key, secret: this.#options.secrets.open(key) }
    if (key.material !== material) throw new AuthError('conflict', { key: id, reason: 'replaced' })
    return { key, secret: undefined }
  }

  /** Removes keys that nothing accepts any more. @returns how many, up to `limit`. */
  dropExpired(limit: number): Promise<number> {
    const { store, platform } = this.#options
    return store.dropExpired(platform.clock.now(), limit)
  }

  #make(facts: Omit<CallerKey, 'id' | 'kind' | 'material'>, publicKey: Readonly<Record<string, unknown>> | undefined): IssuedAccessKey {
    const { secrets, platform } = this.#options
    const id = newAccessKeyId(platform.random)
    if (publicKey !== undefined) {
      const material = JSON.stringify(checkedPublicKey(publicKey, '/public_key'))
      return { key: { ...facts, id, kind: 'public', material }, secret: undefined }
    }
    const { secret, material } = secrets.make(id)
    return { key: { ...facts, id, kind: 'hmac', material }, secret }
  }
}

function requireFuture(expiresAt: EpochMs | undefined, at: EpochMs): void {
  if (expiresAt !== undefined && expiresAt <= at) throw wrong('/expires_at', 'must be in the future')
}

/** What was given for a while only stays so. */
function requireNotLonger({ expiresAt }: CallerKey, asked: EpochMs | undefined): void {
  if (expiresAt !== undefined && (asked === undefined || asked > expiresAt)) throw wrong('/expires_at', 'must not be later than it is')
}

const wrong = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })
