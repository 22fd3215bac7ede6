import type { Platform } from 'countersign/core'
import { AuthError } from 'countersign/core'
import type { LogEntry, RevocationMode, Target, TargetKind } from 'countersign/revocation'
import { defaultMode, targetKinds } from 'countersign/revocation'
import type { SigningKeys } from '../signing/signing-keys.ts'
import type { LogStore } from './log-store.ts'

/** What an operator or a user asks for, unchecked. */
export interface RevocationRequest {
  readonly target: { readonly kind: string; readonly id?: string | undefined }
  /** Default: hard where sessions stand behind the target. */
  readonly mode?: RevocationMode | undefined
  /** For the record; changes nothing. At most 500 characters. */
  readonly reason?: string | undefined
}

/** Told after the commit, for the log and the audit trail. */
export interface RevocationEvent {
  readonly entry: LogEntry
  readonly reason: string | undefined
}

export interface RevocationsOptions {
  readonly log: LogStore
  readonly keys: SigningKeys
  readonly platform: Platform
  /** Must not throw. */
  readonly onRevoked?: (event: RevocationEvent) => void
}

/** What another issuer has named is `<issuer>#<its id>`: two long texts. */
const MAXIMUM_ID = 512
const MAXIMUM_REASON = 500

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })

/** Revocation on demand. (What follows from a change, such as a new password, is written by the store with the change.) */
export class Revocations {
  readonly #options: RevocationsOptions

  constructor(options: RevocationsOptions) {
    this.#options = options
  }

  /**
   * Kills every token that the target covers and that was issued up to now. When this returns it is stored durably.
   *
   * Does not check that the target exists: revoking nobody is no error, and tells nothing about who exists. Revoking one
   * of our signing keys also hands over to the next key, so that new tokens live.
   *
   * @throws {AuthError} `request_invalid`; `unavailable` when it could not be stored.
   */
  async revoke(request: RevocationRequest): Promise<LogEntry> {
    const target = checkedTarget(request.target)
    const mode = checkedMode(target.kind, request.mode)
    const reason = checkedReason(request.reason)
    const { log, keys, platform, onRevoked } = this.#options
    if (target.kind === 'key' && keys.knows(target.id)) await keys.revoke(target.id)
    const entry = await log.revoke({ target, mode, reason, at: platform.clock.now() })
    onRevoked?.({ entry, reason })
    return entry
  }
}

/** @throws {AuthError} `request_invalid`. */
export function checkedTarget({ kind, id = '' }: RevocationRequest['target']): Target {
  const known = targetKinds.find((each) => each === kind)
  if (known === undefined) throw invalid('/target/kind', `must be one of ${targetKinds.join(', ')}`)
  if (known === 'everyone' || (known === 'issuer' && id === '')) {
    if (id !== '') throw invalid('/target/id', `must be absent for ${known}`)
  } else if (known === 'issuer' && !isIssuerUrl(id)) {
    throw invalid('/target/id', 'must be the URL of another issuer, or be absent for this one')
  } else if (id === '' || id.length > MAXIMUM_ID || !isPrintable(id)) {
    throw invalid('/target/id', `must have 1 to ${MAXIMUM_ID} printable characters`)
  }
  return { kind: known, id }
}

/** @throws {AuthError} `request_invalid`. */
export function checkedMode(kind: TargetKind, mode: RevocationMode = defaultMode(kind)): RevocationMode {
  if (mode === 'hard' && defaultMode(kind) !== 'hard') throw invalid('/mode', `must be soft for ${kind}: no session stands behind it`)
  return mode
}

/** @throws {AuthError} `request_invalid`. */
export function checkedReason(reason: string | undefined): string | undefined {
  if (reason !== undefined && (reason.length > MAXIMUM_REASON || !isPrintable(reason))) {
    throw invalid('/reason', `must have at most ${MAXIMUM_REASON} printable characters`)
  }
  return reason
}

/** An issuer's URL, as a verifier accepts it: nothing that would end in the place of an id. */
const isIssuerUrl = (id: string): boolean => URL.canParse(id) && /^https?:$/.test(new URL(id).protocol) && !/[#?]/.test(id)

const isPrintable = (text: string): boolean => text.isWellFormed() && !/\p{Cc}/u.test(text)
