import type { CallerKey } from '../../credential/caller-key.ts'
import { callerKeyColumns, callerKeyValues } from '../sqlite/caller-key-row.ts'
import type { Unit } from './database.ts'
import { type Statement, statement } from './statement.ts'

/** A row that a key stands on, held until the commit so that it cannot go meanwhile. */
interface Ground {
  readonly table: string
  readonly stands: string
  readonly hold: string
}

const valueOf = (column: string): string => `$${callerKeyColumns.indexOf(column) + 1}`
const isAhead = (end: string): string => `${end} > ${valueOf('created_at')}`

// A person and a key are held by one adding at a time: of a row that many share others may take a share at any time, before whoever waits to end it. A
// service is shared by all its processes, and whoever removes one locks the table against them (`holdServices`). A session has one person, who is held
// already; it may be refreshed meanwhile, which is not looked at anew: a refresh ends nothing.
const user: Ground = {
  table: 'countersign.user_account o',
  stands: `o.id = ${valueOf('owner_id')} AND o.status = 'active'`,
  hold: 'FOR NO KEY UPDATE OF o',
}
const service: Ground = {
  table: 'countersign.service_credential o',
  stands: `o.id = ${valueOf('owner_id')}`,
  hold: 'FOR KEY SHARE OF o',
}
const session: Ground = {
  table: 'countersign.session s',
  stands: `s.id = ${valueOf('session_id')} AND ${isAhead('s.expires_at')} AND ${isAhead('s.idle_expires_at')}`,
  hold: 'FOR KEY SHARE OF s',
}
const parent: Ground = {
  table: 'countersign.caller_key p',
  stands: `p.id = ${valueOf('parent')} AND (p.expires_at IS NULL OR ${isAhead('p.expires_at')})`,
  hold: 'FOR NO KEY UPDATE OF p',
}

// The grounds are locked in the order in which they are given, which is that of decision 9, and each is looked at anew once it is locked.
const adding = (name: string, ...grounds: readonly Ground[]): Statement =>
  statement(
    `add caller key of ${name}`,
    `
    WITH held AS (
      SELECT 1 FROM ${grounds.map(({ table }) => table).join(', ')} WHERE ${grounds.map(({ stands }) => stands).join(' AND ')}
      ${grounds.map(({ hold }) => hold).join(' ')}
    )
    INSERT INTO countersign.caller_key (${callerKeyColumns.join(', ')})
    SELECT ${callerKeyColumns.map(valueOf).join(', ')} FROM held ON CONFLICT DO NOTHING`,
  )

const addingTo = (name: string, owner: Ground) => ({
  owner: adding(name, owner),
  session: adding(`${name} by session`, owner, session),
  parent: adding(`${name} by key`, owner, parent),
  both: adding(`${name} by session and key`, owner, session, parent),
})

const addings = { user: addingTo('user', user), service: addingTo('service', service) }

function addingOf({ owner, ...key }: CallerKey): Statement {
  const of = addings[owner.kind]
  if (key.session === undefined) return key.parent === undefined ? of.owner : of.parent
  return key.parent === undefined ? of.session : of.both
}

/** @returns false when something that it stands on is gone, or the id is taken. */
export async function addCallerKey(unit: Pick<Unit, 'change'>, key: CallerKey): Promise<boolean> {
  return (await unit.change(addingOf(key), ...callerKeyValues(key))) === 1
}

const holdUser = statement('hold user of caller key', 'SELECT 1 FROM countersign.user_account WHERE id = $1 FOR NO KEY UPDATE')

/** Before another row is locked for the key: its owner, where one adding at a time holds them. */
export async function holdOwner(unit: Unit, { owner }: CallerKey): Promise<void> {
  if (owner.kind === 'user') await unit.change(holdUser, owner.id)
}
