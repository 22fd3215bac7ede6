import type { LogHead } from 'countersign/revocation'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

const head = statement<LogHead>('head', 'SELECT position, hash FROM countersign.log_head')

/** The end of the log. Holds nothing: another entry may be behind it by the time that this is read. */
export async function readLogHead(database: Database): Promise<LogHead> {
  const [row] = await database.ask(head)
  if (row === undefined) throw new Error('the log has no head')
  return { position: row.position, hash: row.hash }
}
