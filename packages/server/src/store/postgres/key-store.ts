import type { EpochMs } from 'countersign/core'
import type { KeyPurpose, KeyRevocation, KeyRotation, KeyStore, StoredKey } from '../../signing/key-store.ts'
import { type KeyRow, keyOf, keyValues } from '../sqlite/key-row.ts'
import type { Database, Unit } from './database.ts'
import type { Appender, LogWriter } from './log-writer.ts'
import { insertInto, statement } from './statement.ts'

const columns: readonly (keyof KeyRow)[] = [
  ...(['kid', 'purpose', 'algorithm', 'public_jwk', 'sealed', 'state', 'created_at', 'activated_at', 'verify_until'] as const),
]

const all = statement<KeyRow>('all keys', 'SELECT * FROM countersign.signing_key ORDER BY created_at, sequence')
const find = statement<KeyRow>('find key', 'SELECT * FROM countersign.signing_key WHERE kid = $1')
const ofPurposes = statement('keys of purposes', 'SELECT 1 FROM countersign.signing_key WHERE purpose = ANY ($1::text[]) LIMIT 1')
const insert = statement('insert key', insertInto('signing_key', columns))
const reseal = statement('reseal key', 'UPDATE countersign.signing_key SET sealed = $1 WHERE kid = $2 AND sealed = $3')
const retireCurrent = statement(
  'retire current key',
  `UPDATE countersign.signing_key SET state = 'previous', verify_until = $1 WHERE kid = $2 AND purpose = $3 AND state = 'current'`,
)
const activateNext = statement(
  'activate next key',
  `UPDATE countersign.signing_key SET state = 'current', activated_at = $1 WHERE purpose = $2 AND state = 'next'`,
)
const revoke = statement(
  'revoke key',
  `UPDATE countersign.signing_key SET state = 'revoked', verify_until = greatest(coalesce(verify_until, 0), $1) WHERE kid = $2`,
)
const drop = statement('drop keys', `DELETE FROM countersign.signing_key WHERE state IN ('previous', 'revoked') AND verify_until <= $1`)

/**
 * Each change appends, so each holds the head of the log: of two servers that rotate at once the second finds another current key.
 *
 * When a commit's outcome is unknown (`unavailable`): a repeated `rotate` is lost to itself, a repeated `revoke` finds the key revoked.
 */
export class PostgresKeyStore implements KeyStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #tokenLifeMs: number

  /** @param tokenLifeMs how long a revoked key stays known: until the last token that it signed has expired. */
  constructor(database: Database, log: LogWriter, tokenLifeMs: number) {
    this.#database = database
    this.#log = log
    this.#tokenLifeMs = tokenLifeMs
  }

  async all(): Promise<readonly StoredKey[]> {
    return (await this.#database.ask(all)).map(keyOf)
  }

  initialise(keys: readonly StoredKey[]): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      const [first] = keys
      const known = await unit.change(ofPurposes, [...new Set(keys.map(({ purpose }) => purpose))])
      if (first === undefined || known > 0) return false
      for (const key of keys) await addKey(unit, key)
      await noteChange(log, first.createdAt)
      return true
    })
  }

  rotate({ purpose, from, next, verifyUntil, at }: KeyRotation): Promise<'rotated' | 'lost'> {
    return this.#log.appending(async (unit, log) => {
      if ((await unit.change(retireCurrent, verifyUntil, from, purpose)) === 0) return 'lost'
      await handOver(unit, purpose, at)
      await addNext(unit, purpose, next)
      await noteChange(log, at)
      return 'rotated'
    })
  }

  revoke({ kid, next, at }: KeyRevocation): Promise<'revoked' | 'unknown'> {
    return this.#log.appending(async (unit, log) => {
      const [key] = await unit.ask(find, kid)
      if (key === undefined) return 'unknown'
      if (key.state === 'revoked') return 'revoked'
      await unit.change(revoke, at + this.#tokenLifeMs, kid)
      if (key.state === 'current') await handOver(unit, key.purpose, at)
      if (key.state !== 'previous') await addNext(unit, key.purpose, next)
      await log.append({ kind: 'cutoff', target: { kind: 'key', id: kid }, mode: 'soft', at })
      await noteChange(log, at)
      return 'revoked'
    })
  }

  retire(now: EpochMs): Promise<number> {
    return this.#log.appending(async (unit, log) => {
      const retired = await unit.change(drop, now)
      if (retired > 0) await noteChange(log, now)
      return retired
    })
  }

  async reseal(kid: string, sealed: Uint8Array, next: Uint8Array): Promise<boolean> {
    return (await this.#database.change(reseal, next, kid, sealed)) === 1
  }
}

async function addKey(unit: Unit, key: StoredKey): Promise<void> {
  const values = keyValues(key)
  await unit.change(insert, ...columns.map((column) => values[column]))
}

/** Between keys there is none that signs: should `next` be missing, the transaction fails and changes nothing. */
async function handOver(unit: Unit, purpose: KeyPurpose, at: EpochMs): Promise<void> {
  if ((await unit.change(activateNext, at, purpose)) !== 1) throw new Error(`there is no next signing key for ${purpose}`)
}

const addNext = (unit: Unit, purpose: KeyPurpose, next: StoredKey): Promise<void> =>
  addKey(unit, { ...next, purpose, state: 'next', activatedAt: undefined, verifyUntil: undefined })

/** Aimed at the issuer, whose published keys have changed; a `keyset` entry kills nothing. */
const noteChange = (log: Appender, at: EpochMs) => log.append({ kind: 'keyset', target: { kind: 'issuer', id: '' }, mode: 'soft', at })
