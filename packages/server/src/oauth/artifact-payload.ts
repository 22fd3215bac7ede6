import { encodeBase64url, type EpochMs, type Random } from 'countersign/core'
import { hmacKey, hmacSha256, sha256Base64url } from 'countersign/crypto'
import type { MasterSecret } from '../signing/index.ts'

/** What the protocol library keeps of something it has handed out. */
export type Payload = Readonly<Record<string, unknown>>

const SEALING_PURPOSE = 'oauth-artifact/1'
/** Found by something else than what was handed out, or holding it of another: these rest sealed, with all that is in them. */
const sealed: ReadonlySet<string> = new Set(['DeviceCode', 'Interaction'])

/** Expired artifacts stay for so long, so that "expired" and "used" can be told from "unknown". */
const KEPT_MS = 600_000

export const keptUntil = (now: EpochMs, seconds: number): EpochMs => now + seconds * 1000 + KEPT_MS

/** A refresh token that may be used without its person outlasts the session (OpenID Connect Core section 11). */
export const isOffline = (scope: unknown): boolean => typeof scope === 'string' && scope.split(' ').includes('offline_access')

/** How artifacts rest: ids as hashes, so that a copy of the database redeems nothing. */
export class ArtifactPayloads {
  readonly #secret: MasterSecret
  readonly #random: Random

  constructor(secret: MasterSecret, random: Random) {
    this.#secret = secret
    this.#random = random
  }

  /** 256 random bits need no key. */
  idOf(model: string, handedOut: string): string {
    return sha256Base64url(`${model} ${handedOut}`)
  }

  /** Short, since a person types it: a plain hash could be searched. */
  userCodeOf(userCode: string): string {
    const [first] = this.#secret.purposeKeys('oauth-user-code/1')
    if (first === undefined) throw new Error('a master secret without secrets')
    return encodeBase64url(hmacSha256(hmacKey(first.key), userCode))
  }

  close(model: string, payload: Payload): string {
    if (sealed.has(model)) {
      const text = new TextEncoder().encode(JSON.stringify(payload))
      return encodeBase64url(this.#secret.seal(SEALING_PURPOSE, text, model, this.#random))
    }
    const { jti: _handedOut, ...rest } = payload
    return JSON.stringify(rest)
  }

  /** @param handedOut What it was found by; undefined for what rests sealed. */
  open(model: string, text: string, handedOut: string | undefined): Record<string, unknown> {
    if (!sealed.has(model)) return { ...parsed(text), jti: handedOut }
    return parsed(new TextDecoder().decode(this.#secret.unseal(SEALING_PURPOSE, Buffer.from(text, 'base64url'), model)))
  }
}

/** Nothing but `close` writes it. */
const parsed = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>
