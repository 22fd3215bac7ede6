import type { JwsAlgorithm } from 'countersign/crypto'
import type { PublicJwk } from 'countersign/key'
import type { KeyPurpose, KeyState, StoredKey } from '../../signing/key-store.ts'

export interface KeyRow {
  readonly kid: string
  readonly purpose: KeyPurpose
  readonly algorithm: JwsAlgorithm
  readonly public_jwk: string
  readonly sealed: Uint8Array
  readonly state: KeyState
  readonly created_at: number
  readonly activated_at: number | null
  readonly verify_until: number | null
}

export const keyOf = (row: KeyRow): StoredKey => ({
  kid: row.kid,
  purpose: row.purpose,
  algorithm: row.algorithm,
  // Nothing but `keyValues` writes this column.
  publicJwk: JSON.parse(row.public_jwk) as PublicJwk,
  sealed: row.sealed,
  state: row.state,
  createdAt: row.created_at,
  activatedAt: row.activated_at ?? undefined,
  verifyUntil: row.verify_until ?? undefined,
})

/** The values by the names of `insertKey`'s parameters. */
export const keyValues = (key: StoredKey): Record<keyof KeyRow, string | number | Uint8Array | null> => ({
  kid: key.kid,
  purpose: key.purpose,
  algorithm: key.algorithm,
  public_jwk: JSON.stringify(key.publicJwk),
  sealed: key.sealed,
  state: key.state,
  created_at: key.createdAt,
  activated_at: key.activatedAt ?? null,
  verify_until: key.verifyUntil ?? null,
})

export const insertKey = `
  INSERT INTO signing_key VALUES (
    :kid, :purpose, :algorithm, :public_jwk, :sealed, :state, :created_at, :activated_at, :verify_until)`
