import { AuthError, decodeBase64url, type EpochMs, encodeBase64url, type Platform, parseJsonBytes } from 'countersign/core'
import { hmacKey, hmacSha256, seal, unseal } from 'countersign/crypto'
import type { MasterSecret } from '../../signing/master-secret.ts'

/** What we would have to remember between the two messages of a registration. */
export interface RegistrationState {
  readonly setup: string
  readonly identifier: string
}

/** The same of a sign-in. */
export interface SignInState {
  /** Null: whatever is proven, it is nobody. */
  readonly user: string | null
  readonly generation: number
  /** The library's: the key that is going to be agreed on, and what proves that the other side has it. */
  readonly login: string
  /** Of the attempt that it is (`Admission`). */
  readonly receipt: string
}

export interface OpenedState<State> {
  /** Each once. */
  readonly id: string
  readonly expiresAt: EpochMs
  readonly state: State
}

type Kind = 'registration' | 'sign_in'

interface Sealed<State> {
  readonly expiresAt: EpochMs
  readonly state: State
}

const PURPOSE = 'opaque-state/1'
/** A client may take seconds to stretch a password. */
const LIFE_MS = 180_000
export const STATE_LIFE_SECONDS: number = LIFE_MS / 1000
const ID_BYTES = 16
/** Every state has the same length, whomever it is about. */
const PADDED_LENGTH = 400
const form = /^([\w-]{22})\.([\w-]{572})$/

/**
 * The client keeps what we would have to remember, sealed: so any server that has the master secret goes on where another has begun. Each is
 * sealed under a key of its own, derived from its id, so that no number of them wears the key out.
 */
export class OpaqueStates {
  readonly #secret: MasterSecret
  readonly #platform: Platform

  constructor(secret: MasterSecret, platform: Platform) {
    this.#secret = secret
    this.#platform = platform
  }

  seal(kind: 'registration', state: RegistrationState): string
  seal(kind: 'sign_in', state: SignInState): string
  seal(kind: Kind, state: RegistrationState | SignInState): string {
    const { clock, random } = this.#platform
    const id = encodeBase64url(random.bytes(ID_BYTES))
    const [newest] = this.#keysFor(id)
    if (newest === undefined) throw new Error('a master secret without secrets')
    const sealed: Sealed<typeof state> = { expiresAt: clock.now() + LIFE_MS, state }
    const plaintext = new TextEncoder().encode(JSON.stringify(sealed).padEnd(PADDED_LENGTH))
    return `${id}.${encodeBase64url(seal(newest, plaintext, contextOf(kind, id), random))}`
  }

  /** @throws {AuthError} `request_invalid` at `/registration` or `/sign_in` for what we have not sealed, or too long ago. */
  open(kind: 'registration', text: string): OpenedState<RegistrationState>
  open(kind: 'sign_in', text: string): OpenedState<SignInState>
  open(kind: Kind, text: string): OpenedState<RegistrationState | SignInState> {
    const [, id, body] = form.exec(text) ?? []
    const opened = id === undefined || body === undefined ? undefined : this.#unseal(kind, id, body)
    if (id === undefined || opened === undefined || opened.expiresAt <= this.#platform.clock.now()) {
      throw new AuthError('request_invalid', { pointer: `/${kind}`, problem: 'is none of ours, or has expired: begin again' })
    }
    return { id, ...opened }
  }

  #unseal(kind: Kind, id: string, body: string): Sealed<RegistrationState | SignInState> | undefined {
    try {
      const plaintext = unseal(this.#keysFor(id), decodeBase64url(body), contextOf(kind, id))
      // Sealed by us for this kind, so it is the object that we made.
      return parseJsonBytes(plaintext) as Sealed<RegistrationState | SignInState>
    } catch {
      return undefined
    }
  }

  #keysFor(id: string): readonly Uint8Array[] {
    return this.#secret.purposeKeys(PURPOSE).map(({ key }) => hmacSha256(hmacKey(key), id))
  }
}

const contextOf = (kind: Kind, id: string): string => `opaque:${kind}:${id}`
