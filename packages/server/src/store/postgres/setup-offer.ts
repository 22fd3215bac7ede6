import type { EpochMs } from 'countersign/core'
import type { Database, Unit } from './database.ts'
import { statement } from './statement.ts'

const administrator = `SELECT 1 FROM countersign.user_account WHERE roles::jsonb @> '["admin"]'`

const replace = statement(
  'offer setup',
  `
  INSERT INTO countersign.setup_offer SELECT 1, $1, $2::bigint WHERE NOT EXISTS (${administrator})
  ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at`,
)
// One at a time: who waits here sees the offer gone.
const hold = statement('hold offer', 'SELECT 1 FROM countersign.setup_offer WHERE token_hash = $1 AND expires_at > $2 FOR UPDATE')
const findAdministrator = statement('find administrator', `${administrator} LIMIT 1`)
const end = statement('end offer', 'DELETE FROM countersign.setup_offer')

/** Makes or replaces the standing offer to create the first administrator. @returns false once one exists. */
export async function makeOffer(database: Database, tokenHash: string, expiresAt: EpochMs): Promise<boolean> {
  return (await database.change(replace, tokenHash, expiresAt)) === 1
}

/** Ends the offer with what `create` makes, once. */
export async function redeemOffer(
  unit: Unit,
  tokenHash: string,
  now: EpochMs,
  create: () => Promise<'created' | 'email_taken'>,
): Promise<'created' | 'refused' | 'email_taken'> {
  const [held, administrators] = await Promise.all([unit.change(hold, tokenHash, now), unit.change(findAdministrator)])
  if (held === 0 || administrators > 0) return 'refused'
  const outcome = await create()
  if (outcome === 'created') await unit.change(end)
  return outcome
}
