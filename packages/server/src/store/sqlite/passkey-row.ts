import type { Passkey } from '../../account/passkey/passkey-store.ts'
import { formatList, parseList } from './list.ts'

export interface PasskeyRow {
  readonly id: string
  readonly user_id: string
  readonly credential: string
  readonly public_key: Uint8Array
  readonly counter: number
  readonly transports: string
  readonly synced: number
  readonly backed_up: number
  readonly name: string
  readonly created_at: number
  readonly last_used_at: number | null
}

export const passkeyOf = (row: PasskeyRow): Passkey => ({
  id: row.id,
  user: row.user_id,
  credential: row.credential,
  publicKey: row.public_key,
  counter: row.counter,
  transports: parseList(row.transports),
  synced: row.synced === 1,
  backedUp: row.backed_up === 1,
  name: row.name,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at ?? undefined,
})

/** In the order of the columns: owner first, without the time of its last use. */
export const passkeyValues = (passkey: Passkey): readonly (string | number | Uint8Array)[] => [
  passkey.user,
  passkey.id,
  passkey.credential,
  passkey.publicKey,
  passkey.counter,
  formatList(passkey.transports),
  Number(passkey.synced),
  Number(passkey.backedUp),
  passkey.name,
  passkey.createdAt,
]
