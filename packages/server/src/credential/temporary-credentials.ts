import type { EpochMs, Platform } from 'countersign/core'
import { AuthError } from 'countersign/core'
import { newAccessKeyId } from './access-key-id.ts'
import type { AccessKeySecrets } from './access-key-secret.ts'
import { DEFAULT_WINDOW_SECONDS, narrowed } from './access-key-settings.ts'
import type { CallerKey, CallerKeyOwner } from './caller-key.ts'
import type { CallerKeyStore } from './caller-key-store.ts'

export interface TemporaryCredentialsOptions {
  readonly store: CallerKeyStore
  readonly secrets: AccessKeySecrets
  readonly platform: Platform
}

/** What a temporary key hangs on: the session of a person, or the key of the caller. */
export interface TemporaryKeyGround {
  readonly owner: CallerKeyOwner
  readonly session: string | undefined
  readonly parent: CallerKey | undefined
  /** What the caller has. */
  readonly scope: readonly string[]
  readonly roles: readonly string[]
}

export interface TemporaryKeyWish {
  readonly lifeSeconds: number
  /** All that the caller has, when left out. */
  readonly scope?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly name?: string | undefined
}

export interface TemporaryCredential {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiresAt: EpochMs
}

/** Access keys for a while, capped, that end with what they were made from. */
export class TemporaryCredentials {
  readonly #options: TemporaryCredentialsOptions

  constructor(options: TemporaryCredentialsOptions) {
    this.#options = options
  }

  /**
   * @throws {AuthError} `request_invalid` for more than the caller has; `session_required` when what it would hang on has just ended.
   */
  async issue(ground: TemporaryKeyGround, wish: TemporaryKeyWish): Promise<TemporaryCredential> {
    const { lifeSeconds, name = 'temporary' } = wish
    const { store, secrets, platform } = this.#options
    const { owner, session, parent } = ground
    const createdAt = platform.clock.now()
    const expiresAt = Math.min(createdAt + lifeSeconds * 1000, parent?.expiresAt ?? Number.POSITIVE_INFINITY)
    const id = newAccessKeyId(platform.random)
    const { secret, sessionToken, material } = secrets.makeTemporary(id)
    const settings = {
      ...narrowed(ground, wish),
      name,
      addresses: parent?.settings.addresses ?? [],
      windowSeconds: parent?.settings.windowSeconds ?? DEFAULT_WINDOW_SECONDS,
    }
    const facts = { owner, settings, session, parent: parent?.id, successor: undefined, createdAt, expiresAt }
    if ((await store.add({ ...facts, id, kind: 'hmac', material })) === 'refused') throw new AuthError('session_required')
    return { accessKeyId: id, secretAccessKey: secret, sessionToken, expiresAt }
  }
}
