import { type ApiKeyEnvironment, AuthError, type EpochMs, isApiKeyId, newApiKey, type Platform } from 'countersign/core'
import { actOn } from '../audit/index.ts'
import { type Allowance, granted, type KeyActor, type LivingAccessKey } from './access-key.ts'
import { AccessKeySealing, type Sealing } from './access-key-sealing.ts'
import { type AskedSettings, changedSettings, newSettings } from './access-key-settings.ts'
import type { ApiKeyHashes } from './api-key-hashes.ts'
import type { ApiKeyMarking } from './api-key-marking.ts'
import type { CallerKey, CallerKeyOwner, CallerKeySettings } from './caller-key.ts'
import type { CallerKeyStore } from './caller-key-store.ts'
import type { RoleScopes } from './role-scopes.ts'

export interface ApiKeysOptions {
  readonly store: CallerKeyStore
  readonly hashes: ApiKeyHashes
  readonly marking: ApiKeyMarking
  readonly scopes: RoleScopes
  readonly platform: Platform
}

type Asked = Pick<AskedSettings, 'name' | 'scope' | 'addresses' | 'disabled'>

/** Members that are left out get their default, or stay as they are. */
export interface AskedApiKey extends Asked {
  /** Of the owner's roles, those that the key has. Of a new key that names none: none. */
  readonly roles?: readonly string[] | undefined
  /** Null: no limit. */
  readonly rateLimit?: CallerKeySettings['rateLimit'] | null | undefined
  readonly tags?: readonly string[] | undefined
}

export interface NewApiKey extends AskedApiKey {
  readonly name: string
  readonly environment: ApiKeyEnvironment
  readonly owner: CallerKeyOwner
  /** What the key may have of it. */
  readonly allowance: Allowance
  readonly expiresAt?: EpochMs | undefined
}

export interface ApiKeyChange extends AskedApiKey {
  /** Null: never. */
  readonly expiresAt?: EpochMs | null | undefined
}

export interface ApiKeyRotation {
  /** For so long the old key goes on. Default: a day. */
  readonly overlapSeconds?: number | undefined
  /** Of the new key. Default: that of the old one. */
  readonly expiresAt?: EpochMs | null | undefined
}

export interface IssuedApiKey {
  readonly key: CallerKey
  /** `cs_live_…`, to be shown once. */
  readonly text: string
}

/** What a verifier may hold of an API key until the log says otherwise. */
export interface LivingApiKey extends LivingAccessKey {
  /** SHA-256 of the whole key, in base64url. */
  readonly hash: string
}

const DEFAULT_OVERLAP_SECONDS = 86_400
const MAXIMUM_LISTED = 200
/** Keys of one owner: a bound on what somebody with a session can fill the database with. */
const MAXIMUM_KEYS = 200

/** API keys: shown once, kept as a hash, known to whoever they belong to by their id. */
export class ApiKeys {
  readonly #options: ApiKeysOptions
  readonly #sealing: AccessKeySealing

  constructor(options: ApiKeysOptions) {
    this.#options = options
    this.#sealing = new AccessKeySealing({ store: options.store, secrets: options.hashes, kind: 'api' })
  }

  /**
   * @throws {AuthError} `request_invalid` for settings beyond the allowance, a life that has passed, or an owner who is unknown or suspended;
   * `conflict` when the owner has too many.
   */
  async create({ environment, owner, allowance, expiresAt, ...asked }: NewApiKey): Promise<IssuedApiKey> {
    const { store, platform } = this.#options
    const at = platform.clock.now()
    const { windowSeconds: _unused, ...settings } = newSettings({ ...asked, roles: asked.roles ?? [] }, allowance, at)
    requireFuture(expiresAt, at)
    const owned = await store.list({ owner, kinds: ['api'], limit: MAXIMUM_KEYS })
    if (owned.length >= MAXIMUM_KEYS) throw new AuthError('conflict', { reason: 'too_many_keys', owner: owner.id })
    const whole = withExtras({ ...settings, environment, windowSeconds: undefined }, asked)
    const issued = this.#make({ owner, settings: whole, createdAt: at, expiresAt })
    actOn('api_key', issued.key.id)
    if ((await store.add(issued.key)) === 'added') return issued
    throw wrong(`/${owner.kind}`, 'is nobody who is active')
  }

  /** A page of them, by id. */
  list(page: { readonly owner?: CallerKeyOwner; readonly after?: string; readonly limit?: number }): Promise<readonly CallerKey[]> {
    return this.#options.store.list({ limit: MAXIMUM_LISTED, ...page, kinds: ['api'] })
  }

  /** @throws {AuthError} `not_found`, also for a key of somebody else. */
  async find(id: string, { isOperator, owner, key: own }: KeyActor): Promise<CallerKey> {
    const key = await this.#options.store.find(id)
    const mayKnow = isOperator || own === id || (owner !== undefined && key?.owner.kind === owner.kind && key.owner.id === owner.id)
    if (key?.kind !== 'api' || !mayKnow) throw new AuthError('not_found', { key: id })
    return key
  }

  /** Verifiers drop what they hold of it. @throws {AuthError} `not_found`; `request_invalid` as `create`. */
  async update(id: string, actor: KeyActor, { expiresAt, ...asked }: ApiKeyChange, allowance: Allowance): Promise<CallerKey> {
    const { store, platform } = this.#options
    const at = platform.clock.now()
    await this.find(id, actor)
    requireFuture(expiresAt ?? undefined, at)
    // From what the key is then: another change may have come meanwhile, and switched it off.
    const change = ({ settings: before, ...key }: CallerKey): Pick<CallerKey, 'settings' | 'expiresAt'> => {
      const settings = { ...extrasOf(before), ...changedSettings(before, asked, allowance) }
      return { settings: withExtras(settings, asked), expiresAt: expiresAt === undefined ? key.expiresAt : (expiresAt ?? undefined) }
    }
    const updated = await store.update(id, change, at)
    if (updated === undefined) throw new AuthError('not_found', { key: id })
    return updated
  }

  /** It is dead at every verifier when this returns and they have heard of it. @throws {AuthError} `not_found`. */
  async remove(id: string, actor: KeyActor): Promise<void> {
    await this.find(id, actor)
    const removed = await this.#options.store.remove(id, this.#options.platform.clock.now())
    if (!removed) throw new AuthError('not_found', { key: id })
  }

  /**
   * Makes a successor with the same settings; the key itself goes on for the overlap. Of several calls at once one does.
   *
   * @throws {AuthError} `not_found`; `conflict` for a key that has a successor, or has expired; `request_invalid` for an end that has passed.
   */
  async rotate(id: string, actor: KeyActor, rotation: ApiKeyRotation): Promise<IssuedApiKey> {
    const { store, platform } = this.#options
    const { overlapSeconds = DEFAULT_OVERLAP_SECONDS, expiresAt } = rotation
    const at = platform.clock.now()
    const key = await this.find(id, actor)
    requireFuture(expiresAt ?? undefined, at)
    const ends = expiresAt === undefined ? key.expiresAt : (expiresAt ?? undefined)
    const issued = this.#make({ owner: key.owner, settings: key.settings, createdAt: at, expiresAt: ends })
    if ((await store.replace(id, issued.key, at + overlapSeconds * 1000, at)) === 'replaced') return issued
    throw new AuthError('conflict', { key: id, reason: 'replaced' })
  }

  /**
   * A key as it is now, beside the head of the log that was read before it. A made-up id is not looked for.
   *
   * @returns undefined for a key that is unknown, expired, switched off, or has lost its owner.
   */
  async living(id: string): Promise<LivingApiKey | undefined> {
    const { store, hashes, marking, scopes, platform } = this.#options
    if (!isApiKeyId(id) || !(marking.mark.isMarked('live', id) || marking.mark.isMarked('test', id))) return undefined
    const issuance = await store.issue(id, platform.clock.now())
    if (issuance?.key.kind !== 'api' || issuance.key.settings.disabled === true) return undefined
    return { ...granted(issuance, scopes), hash: hashes.open(issuance.key) }
  }

  /** Which master secret of the list has sealed the key of their mark. */
  markSealedUnder(): Promise<number | undefined> {
    return this.#options.marking.sealedUnder()
  }

  /** Moves what is sealed under the first master secret of the list, so that the others may leave it. */
  async reseal(): Promise<Sealing> {
    await this.#options.marking.reseal()
    return this.#sealing.renew()
  }

  #make(facts: Pick<CallerKey, 'owner' | 'settings' | 'createdAt' | 'expiresAt'>): IssuedApiKey {
    const { hashes, marking, platform } = this.#options
    const { environment = 'live' } = facts.settings
    const id = marking.mark.newId(environment, platform.random)
    const text = newApiKey({ environment, id }, platform.random)
    const loose = { session: undefined, parent: undefined, successor: undefined }
    return { key: { ...facts, ...loose, id, kind: 'api', material: hashes.keep(id, text) }, text }
  }
}

type Extras = Pick<CallerKeySettings, 'environment' | 'rateLimit' | 'tags'>

/** What access keys have not. */
const extrasOf = ({ environment, rateLimit, tags }: CallerKeySettings): Extras => ({
  ...(environment && { environment }),
  ...(rateLimit && { rateLimit }),
  ...(tags && { tags }),
})

function withExtras(settings: CallerKeySettings, { rateLimit, tags }: AskedApiKey): CallerKeySettings {
  const { rateLimit: before, ...rest } = settings
  const limit = rateLimit === undefined ? before : rateLimit
  return { ...rest, ...(limit && { rateLimit: limit }), ...(tags && { tags: [...new Set(tags)] }) }
}

function requireFuture(expiresAt: EpochMs | undefined, at: EpochMs): void {
  if (expiresAt !== undefined && expiresAt <= at) throw wrong('/expires_at', 'must be in the future')
}

const wrong = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })
