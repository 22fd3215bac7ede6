import type { EpochMs, Platform } from 'countersign/core'
import { AuthError } from 'countersign/core'
import { newAccessKeyId } from './access-key-id.ts'
import type { AccessKeySecrets } from './access-key-secret.ts'
import { DEFAULT_WINDOW_SECONDS } from './access-key-settings.ts'
import type { CallerKeyStore } from './caller-key-store.ts'

export interface SessionKeysOptions {
  readonly store: CallerKeyStore
  readonly secrets: AccessKeySecrets
  readonly platform: Platform
}

/** The session that a key signs for. */
export interface SessionKeyGround {
  readonly user: string
  readonly session: string
  /** The absolute end of the session. */
  readonly expiresAt: EpochMs
  readonly scope: readonly string[]
}

/** Access keys whose secret both sides have computed while they signed in: they sign the requests of one session, and end with it. */
export class SessionKeys {
  readonly #options: SessionKeysOptions

  constructor(options: SessionKeysOptions) {
    this.#options = options
  }

  /**
   * @param secret As the other side knows it; it is stored sealed.
   * @returns the id of the key.
   * @throws {AuthError} `credentials_invalid` when the session has just ended.
   */
  async add({ user, session, expiresAt, scope }: SessionKeyGround, secret: string): Promise<string> {
    const { store, secrets, platform } = this.#options
    const id = newAccessKeyId(platform.random)
    const outcome = await store.add({
      id,
      kind: 'hmac',
      owner: { kind: 'user', id: user },
      settings: { name: 'session', scope, roles: undefined, addresses: [], windowSeconds: DEFAULT_WINDOW_SECONDS },
      material: secrets.keep(id, secret),
      session,
      parent: undefined,
      successor: undefined,
      createdAt: platform.clock.now(),
      expiresAt,
    })
    if (outcome === 'refused') throw new AuthError('credentials_invalid', { reason: 'session_ended_meanwhile', session })
    return id
  }
}
