import { decodeBase64url, encodeBase64url, type EpochMs, type Platform } from 'countersign/core'
import { equalText, type HmacKey, hmacKey, hmacSha256Base64url } from 'countersign/crypto'
import type { MasterSecret } from '../signing/index.ts'
import { type AuditEnd, type AuditRecord, auditHash, factsOf, forgedBody, isOrigin } from './audit-record.ts'

/** Where the key of the chain rests. */
export interface AuditKeyStore {
  /** @returns what stands there now: of several at once all get the same. */
  keep(name: string, sealed: string): Promise<string>
  replace(name: string, sealed: string, next: string): Promise<boolean>
}

export interface AuditChainOptions {
  readonly store: AuditKeyStore
  readonly master: MasterSecret
  readonly platform: Platform
}

/** A record that a transaction has left, and that has no place yet. */
export interface AuditDraft {
  readonly id: string
  readonly body: string
  readonly seal: string
}

const NAME = 'audit-key'
const PURPOSE = 'audit-key/1'
const KEY_BYTES = 32
/** Fits no end. */
const UNSEALED = 'unsealed'

/**
 * What makes a chain of records: hashes, and over them seals with a key that the database holds only sealed. Whoever can write the database and does
 * not know the master secret can neither put a record there nor compute the rest anew. The end has a seal of another kind than the records, so that an
 * earlier record is no end. One key for the life of the database, since records outlive every master secret.
 */
export class AuditChain {
  readonly #options: AuditChainOptions
  readonly #key: HmacKey
  #sealed: string

  private constructor(options: AuditChainOptions, sealed: string, key: Uint8Array) {
    this.#options = options
    this.#sealed = sealed
    this.#key = hmacKey(key)
  }

  /** @throws {Error} when no master secret of the list has sealed the key. */
  static async open(options: AuditChainOptions): Promise<AuditChain> {
    const { store, master, platform } = options
    const { random } = platform
    const sealed = await store.keep(NAME, encodeBase64url(master.seal(PURPOSE, random.bytes(KEY_BYTES), NAME, random)))
    return new AuditChain(options, sealed, opened(master, sealed))
  }

  /**
   * The record that comes behind an end, and the end that it makes. Behind an end that somebody else has put there everything goes on, and no end is
   * sealed any more: otherwise the server itself would make good what was cut off.
   */
  next(end: AuditEnd, body: string): { readonly record: AuditRecord; readonly end: AuditEnd } {
    const position = end.position + 1
    const hash = auditHash(end.hash, position, body)
    return {
      record: { position, body, hash, seal: this.#seal('record', position, hash, body) },
      end: { position, hash, seal: isOrigin(end) || this.isEnd(end) ? this.#seal('end', position, hash) : UNSEALED },
    }
  }

  /** What stands for all that was forgotten: the last of it. */
  baseAt({ position, hash }: Pick<AuditRecord, 'position' | 'hash'>): AuditEnd {
    return { position, hash, seal: this.#seal('base', position, hash) }
  }

  /**
   * Which of the oldest are from before then, as the server wrote them, and each behind the one before: only those may be forgotten. The base is sealed for
   * what stands there, so that whatever were forgotten unseen would have been taken away without a trace.
   */
  old(base: AuditEnd, oldest: readonly AuditRecord[], before: EpochMs): readonly AuditRecord[] {
    if (!this.isBase(base)) return []
    let last: Pick<AuditEnd, 'position' | 'hash'> = base
    const firstKept = oldest.findIndex((record) => {
      const { position, body, hash } = record
      const isNext = position === last.position + 1 && hash === auditHash(last.hash, position, body) && this.isRecord(record)
      last = record
      return !isNext || factsOf(record).at >= before
    })
    return firstKept === -1 ? oldest : oldest.slice(0, firstKept)
  }

  draft(id: string, body: string): AuditDraft {
    return { id, body, seal: this.#seal('draft', id, body) }
  }

  /** What a draft says. What the server has not left, or left once only, is no record; that it was there is one. */
  bodyOf({ id, body, seal }: AuditDraft, isPlaced: boolean): string {
    const isGood = !isPlaced && equalText(seal, this.#seal('draft', id, body))
    return isGood ? body : forgedBody(id, this.#options.platform.clock.now())
  }

  isRecord({ position, body, hash, seal }: AuditRecord): boolean {
    return equalText(seal, this.#seal('record', position, hash, body))
  }

  isEnd({ position, hash, seal }: AuditEnd): boolean {
    return equalText(seal, this.#seal('end', position, hash))
  }

  isBase(base: AuditEnd): boolean {
    const { position, hash, seal } = base
    return isOrigin(base) || equalText(seal, this.#seal('base', position, hash))
  }

  /** An address that somebody has tried to sign in with: the same for the same, and nothing to whoever reads it. */
  account(email: string): string {
    return this.#seal('account', email.trim().toLowerCase()).slice(0, 22)
  }

  /** Which secret of the list has sealed the key. */
  async sealedUnder(): Promise<number | undefined> {
    const { store, master } = this.#options
    return master.sealedUnder(PURPOSE, decodeBase64url(await store.keep(NAME, this.#sealed)), NAME)
  }

  /** Moves the key under the first master secret of the list. Any number of servers may do so at the same time. @returns how many were moved. */
  async reseal(): Promise<number> {
    const { store, master, platform } = this.#options
    const anew = master.resealed(PURPOSE, decodeBase64url(this.#sealed), NAME, platform.random)
    if (anew === undefined) return 0
    const next = encodeBase64url(anew)
    // Another server was earlier: what it has put there is the same key.
    if (!(await store.replace(NAME, this.#sealed, next))) return 0
    this.#sealed = next
    return 1
  }

  /** The parts before the last hold no line break. */
  #seal(kind: string, ...parts: readonly (string | number)[]): string {
    return hmacSha256Base64url(this.#key, [kind, ...parts].join('\n'))
  }
}

function opened(master: MasterSecret, sealed: string): Uint8Array {
  try {
    return master.unseal(PURPOSE, decodeBase64url(sealed), NAME)
  } catch (cause) {
    throw new Error('the key of the audit log cannot be opened: it was sealed under another master secret, or changed', { cause })
  }
}
