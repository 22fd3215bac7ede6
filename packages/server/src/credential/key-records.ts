import type { Platform } from 'countersign/core'
import { AuthError, addressList } from 'countersign/core'
import { equalText, sha256Base64url } from 'countersign/crypto'
import { isTemporary, type LivingAccessKey, livingKey, withinParent } from './access-key.ts'
import { isAccessKeyId, newAccessKeyId } from './access-key-id.ts'
import { type DerivedKeys, deriveKeys, type KeyUse, requireUse } from './access-key-material.ts'
import { type PublicJwk, storedPublicKey } from './access-key-public.ts'
import { type AccessKeySecrets, sessionTokenHash } from './access-key-secret.ts'
import type { CallerKey } from './caller-key.ts'
import type { CallerKeyStore } from './caller-key-store.ts'
import type { RoleScopes } from './role-scopes.ts'

export interface KeyRecordsOptions {
  readonly store: CallerKeyStore
  readonly secrets: AccessKeySecrets
  readonly scopes: RoleScopes
  readonly platform: Platform
}

/** What a verifier may hold of a key until the log says otherwise. */
export interface KeyRecord extends LivingAccessKey {
  /** Of a temporary key: the SHA-256 of the session token that a request has to show. */
  readonly sessionTokenHash: string | undefined
  readonly keys: DerivedKeys & { readonly public?: PublicJwk }
}

/** Longer than any secret of ours. */
const MAXIMUM_SECRET = 128

/** What is true of access keys at the moment: for verifiers, and for whoever shows a secret itself. */
export class KeyRecords {
  readonly #options: KeyRecordsOptions
  /** Is opened where there is no key, so that it takes as long. */
  readonly #decoy: Pick<CallerKey, 'id' | 'material'>

  constructor(options: KeyRecordsOptions) {
    this.#options = options
    const id = newAccessKeyId(options.platform.random)
    this.#decoy = { id, material: options.secrets.make(id).material }
  }

  /**
   * A key as it is now, beside the head of the log that was read before it.
   *
   * @returns undefined for a key that is unknown, expired, switched off, or has lost what it stands on: owner, session, parent.
   */
  async living(id: string): Promise<LivingAccessKey | undefined> {
    const { store, scopes, platform } = this.#options
    if (!isAccessKeyId(id)) return undefined
    const issuance = await store.issue(id, platform.clock.now())
    const key = issuance && livingKey(issuance, scopes)
    if (key?.key.parent === undefined) return key
    // Read after the head, as all that `rev` speaks for; a change of the parent cuts off its children.
    const parent = await this.living(key.key.parent)
    return parent && withinParent(key, parent)
  }

  /**
   * The derived keys of one use, or the public key: never the secret.
   *
   * @returns undefined as `living`.
   * @throws {AuthError} `request_invalid` for a day or scope that the forms need and is missing or impossible.
   */
  async lookUp(id: string, use: KeyUse): Promise<KeyRecord | undefined> {
    requireUse(use, this.#options.platform.clock.now())
    const living = await this.living(id)
    if (living === undefined) return undefined
    const { key } = living
    const keys = key.kind === 'public' ? { public: storedPublicKey(key.material) } : deriveKeys(this.#options.secrets.open(key), use)
    // A secret signs nothing once.
    if (Object.keys(keys).length === 0) return undefined
    return { ...living, sessionTokenHash: sessionTokenHash(key), keys }
  }

  /**
   * Who shows an id with its secret, from an address: the one call in which a secret travels, to be exchanged for something short-lived.
   *
   * @throws {AuthError} `access_key_invalid`, in the same time, for all that is unknown, expired, switched off, wrong, temporary or a public
   *   key; `address_not_allowed` once the secret was right.
   */
  async authenticate(id: string, secret: string, address: string | undefined): Promise<LivingAccessKey> {
    const living = await this.living(id)
    const isUsable = living !== undefined && living.key.kind === 'hmac' && !isTemporary(living.key)
    const expected = this.#options.secrets.open(isUsable ? living.key : this.#decoy)
    // Hashes have one length, so the comparison says nothing of the secret's.
    const isRight = secret.length <= MAXIMUM_SECRET && equalText(sha256Base64url(expected), sha256Base64url(secret))
    if (!isUsable || !isRight) throw new AuthError('access_key_invalid')
    const { addresses } = living.key.settings
    if (addresses.length > 0 && !addressList(addresses).has(address ?? '')) throw new AuthError('address_not_allowed', { key: id })
    return living
  }
}
