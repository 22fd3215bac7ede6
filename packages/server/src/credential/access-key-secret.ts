import type { Platform } from 'countersign/core'
import { decodeBase64url, decodeUtf8, encodeBase64url, newSecret } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import type { MasterSecret } from '../signing/master-secret.ts'
import type { CallerKey } from './caller-key.ts'

export const ACCESS_KEY_PURPOSE = 'access-key/1'

export interface NewAccessKeySecret {
  /** `cs_sk_…` */
  readonly secret: string
  /** What the database holds: the sealed secret; of a temporary key also, behind a dot, the hash of its session token. */
  readonly material: string
}

export interface NewTemporarySecret extends NewAccessKeySecret {
  /** `cs_st_…`: whoever signs with the key shows it. */
  readonly sessionToken: string
}

/** The secrets of access keys: made here, sealed under the master secret, and opened again to derive what verifiers hold. */
export class AccessKeySecrets {
  readonly #master: MasterSecret
  readonly #random: Platform['random']

  constructor(master: MasterSecret, random: Platform['random']) {
    this.#master = master
    this.#random = random
  }

  make(id: string): NewAccessKeySecret {
    const secret = newSecret('cs_sk', this.#random)
    return { secret, material: this.keep(id, secret) }
  }

  /** @returns what the database holds of a secret that was made elsewhere. */
  keep(id: string, secret: string): string {
    const sealed = this.#master.seal(ACCESS_KEY_PURPOSE, new TextEncoder().encode(secret), accessKeyContext(id), this.#random)
    return encodeBase64url(sealed)
  }

  makeTemporary(id: string): NewTemporarySecret {
    const { secret, material } = this.make(id)
    const sessionToken = newSecret('cs_st', this.#random)
    return { secret, sessionToken, material: `${material}.${sha256Base64url(sessionToken)}` }
  }

  /** Whether some of it may hang on an older master secret. */
  get hasOlder(): boolean {
    return this.#master.hasOlder
  }

  /**
   * What the database is to hold from now on, so that the older master secrets may go.
   *
   * @returns undefined where that is what it holds.
   * @throws {Error} when no master secret of the list has sealed it.
   */
  resealed({ id, material }: Pick<CallerKey, 'id' | 'material'>): string | undefined {
    const [sealed = '', ...rest] = material.split('.')
    const anew = this.#master.resealed(ACCESS_KEY_PURPOSE, decodeBase64url(sealed), accessKeyContext(id), this.#random)
    return anew && [encodeBase64url(anew), ...rest].join('.')
  }

  /** @throws {Error} when no master secret of the list has sealed it. */
  open({ id, material }: Pick<CallerKey, 'id' | 'material'>): string {
    const [sealed = ''] = material.split('.')
    return decodeUtf8(this.#master.unseal(ACCESS_KEY_PURPOSE, decodeBase64url(sealed), accessKeyContext(id)))
  }
}

/** The hash of the session token of a temporary key; undefined for any other. */
export function sessionTokenHash({ kind, material }: Pick<CallerKey, 'kind' | 'material'>): string | undefined {
  return kind === 'hmac' ? material.split('.')[1] : undefined
}

export const accessKeyContext = (id: string): string => `access-key:${id}`
