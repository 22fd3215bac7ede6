import { AuthError } from 'countersign/core'
import type { HmacKey } from 'countersign/crypto'
import { equalText, hmacKey, hmacSha256Base64url } from 'countersign/crypto'
import type { MasterSecret } from '../signing/master-secret.ts'
import type { Session } from './session.ts'

/** What a refresh token says; nothing of it is proven. */
export interface PresentedRefreshToken {
  /** `ses_…` */
  readonly session: string
  readonly generation: number
  readonly mac: string
}

export const REFRESH_PURPOSE = 'refresh/1'
/** Refresh tokens begin like this. */
export const REFRESH_TOKEN_PREFIX = 'cs_rt_'
const SESSION_PREFIX = 'ses_'
/** `cs_rt_` + 22 + `.` + at most 10 digits + `.` + 43. */
const MAXIMUM_LENGTH = 83
const form = /^cs_rt_([A-Za-z0-9_-]{22})\.([1-9][0-9]{0,9})\.([A-Za-z0-9_-]{43})$/

interface NamedKey {
  readonly id: string
  readonly key: HmacKey
}

/**
 * Refresh tokens, `cs_rt_` + session id + generation + HMAC(id, generation, salt): stored nowhere, computable from the
 * session row and the purpose key together, from neither alone. So a retry can be given the same successor again.
 */
export class RefreshTokens {
  readonly #keys: readonly NamedKey[]

  constructor(secret: MasterSecret) {
    this.#keys = secret.purposeKeys(REFRESH_PURPOSE).map(({ id, key }) => ({ id, key: hmacKey(key) }))
  }

  /** The id of the key that makes the generations from now on. */
  get newestKeyId(): string {
    const [newest] = this.#keys
    if (newest === undefined) throw new Error('a master secret without secrets')
    return newest.id
  }

  /**
   * The token of the session's current generation.
   *
   * @throws {AuthError} `refresh_invalid` when the secret that made this generation is gone from the list.
   */
  currentOf(session: Session): string {
    const key = this.#keys.find((each) => each.id === session.keyId)
    if (key === undefined) throw new AuthError('refresh_invalid', { reason: 'key_gone', session: session.id })
    const id = session.id.slice(SESSION_PREFIX.length)
    return `${REFRESH_TOKEN_PREFIX}${id}.${session.generation}.${macOf(key, session, session.generation)}`
  }

  /**
   * Proves that we issued the presented token for this session, in whatever generation. Constant time.
   *
   * Only the current generation's key stands in the row: an older one is tried with every key of the list.
   */
  isAuthentic(presented: PresentedRefreshToken, session: Session): boolean {
    let authentic = false
    for (const key of this.#keys) {
      if (presented.generation === session.generation && key.id !== session.keyId) continue
      if (equalText(presented.mac, macOf(key, session, presented.generation))) authentic = true
    }
    return authentic
  }
}

/**
 * Reads the form, length first. Proves nothing.
 *
 * @throws {AuthError} `refresh_invalid` for anything but one canonical refresh token.
 */
export function parseRefreshToken(text: string): PresentedRefreshToken {
  const parts = text.length > MAXIMUM_LENGTH ? null : form.exec(text)
  const [, id, generation, mac] = parts ?? []
  if (id === undefined || generation === undefined || mac === undefined) throw new AuthError('refresh_invalid', { reason: 'form' })
  return { session: SESSION_PREFIX + id, generation: Number(generation), mac }
}

/** A line break stands in none of the parts, so that no two triples share an input. */
const macOf = ({ key }: NamedKey, session: Session, generation: number): string =>
  hmacSha256Base64url(key, `${session.id}\n${generation}\n${session.salt}`)
