import type { EpochMs } from 'countersign/core'
import type { KeyPurpose, KeyRevocation, KeyRotation, KeyStore, StoredKey } from '../../signing/key-store.ts'
import type { Database } from './database.ts'
import { insertKey, type KeyRow, keyOf, keyValues } from './key-row.ts'
import type { LogWriter } from './log-writer.ts'
import type { Statement } from './statement.ts'

export class SqliteKeyStore implements KeyStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #tokenLifeMs: number
  readonly #all: Statement<KeyRow>
  readonly #find: Statement<KeyRow>
  readonly #ofPurpose: Statement<{ readonly kid: string }>
  readonly #insert: Statement
  readonly #retireCurrent: Statement
  readonly #activateNext: Statement
  readonly #revoke: Statement
  readonly #drop: Statement
  readonly #reseal: Statement

  /** @param tokenLifeMs how long a revoked key stays known: until the last token that it signed has expired. */
  constructor(database: Database, log: LogWriter, tokenLifeMs: number) {
    this.#database = database
    this.#log = log
    this.#tokenLifeMs = tokenLifeMs
    this.#all = database.statement('SELECT * FROM signing_key ORDER BY created_at, rowid')
    this.#find = database.statement('SELECT * FROM signing_key WHERE kid = ?')
    this.#ofPurpose = database.statement('SELECT kid FROM signing_key WHERE purpose = ? LIMIT 1')
    this.#insert = database.statement(insertKey)
    this.#retireCurrent = database.statement(`
      UPDATE signing_key SET state = 'previous', verify_until = ? WHERE kid = ? AND purpose = ? AND state = 'current'`)
    this.#activateNext = database.statement(`
      UPDATE signing_key SET state = 'current', activated_at = ? WHERE purpose = ? AND state = 'next'`)
    this.#revoke = database.statement(`
      UPDATE signing_key SET state = 'revoked', verify_until = max(coalesce(verify_until, 0), ?) WHERE kid = ?`)
    this.#reseal = database.statement('UPDATE signing_key SET sealed = ? WHERE kid = ? AND sealed = ?')
    this.#drop = database.statement(`DELETE FROM signing_key WHERE state IN ('previous', 'revoked') AND verify_until <= ?`)
  }

  all(): Promise<readonly StoredKey[]> {
    return this.#database.read(() => this.#all.all().map(keyOf))
  }

  initialise(keys: readonly StoredKey[]): Promise<boolean> {
    return this.#database.write(() => {
      const first = keys[0]
      if (first === undefined || keys.some(({ purpose }) => this.#ofPurpose.get(purpose) !== undefined)) return false
      for (const key of keys) this.#insert.runNamed(keyValues(key))
      this.#noteChange(first.createdAt)
      return true
    })
  }

  rotate({ purpose, from, next, verifyUntil, at }: KeyRotation): Promise<'rotated' | 'lost'> {
    return this.#database.write(() => {
      if (this.#retireCurrent.run(verifyUntil, from, purpose) === 0) return 'lost'
      this.#handOver(purpose, at)
      this.#addNext(purpose, next)
      this.#noteChange(at)
      return 'rotated'
    })
  }

  revoke({ kid, next, at }: KeyRevocation): Promise<'revoked' | 'unknown'> {
    return this.#database.write(() => {
      const key = this.#find.get(kid)
      if (key === undefined) return 'unknown'
      if (key.state === 'revoked') return 'revoked'
      this.#revoke.run(at + this.#tokenLifeMs, kid)
      if (key.state === 'current') this.#handOver(key.purpose, at)
      if (key.state !== 'previous') this.#addNext(key.purpose, next)
      this.#log.append({ kind: 'cutoff', target: { kind: 'key', id: kid }, mode: 'soft', at })
      this.#noteChange(at)
      return 'revoked'
    })
  }

  retire(now: EpochMs): Promise<number> {
    return this.#database.write(() => {
      const retired = this.#drop.run(now)
      if (retired > 0) this.#noteChange(now)
      return retired
    })
  }

  reseal(kid: string, sealed: Uint8Array, next: Uint8Array): Promise<boolean> {
    return this.#database.write(() => this.#reseal.run(next, kid, sealed) === 1)
  }

  /** Between keys there is none that signs: should `next` be missing, the unit fails and changes nothing. */
  #handOver(purpose: KeyPurpose, at: EpochMs): void {
    if (this.#activateNext.run(at, purpose) !== 1) throw new Error(`there is no next signing key for ${purpose}`)
  }

  #addNext(purpose: KeyPurpose, next: StoredKey): void {
    this.#insert.runNamed(keyValues({ ...next, purpose, state: 'next', activatedAt: undefined, verifyUntil: undefined }))
  }

  /** Aimed at the issuer, whose published keys have changed; a `keyset` entry kills nothing. */
  #noteChange(at: EpochMs): void {
    this.#log.append({ kind: 'keyset', target: { kind: 'issuer', id: '' }, mode: 'soft', at })
  }
}
