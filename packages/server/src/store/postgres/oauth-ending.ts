import type { Append } from '../append.ts'
import { endsArtifactsOf } from '../sqlite/oauth-ending.ts'
import type { Unit } from './database.ts'
import { type Statement, statement } from './statement.ts'

// Whoever hands something out holds the row of its user, and stands in the gate: what they store is either committed, and so seen by the statement
// after, or refused. The row of a client would be shared by so many who hand something out that whoever waits to end it would never get it; the gate
// lets nobody else in once somebody waits to close it. It is closed before any row is locked. Readers pass, such as a copy of the whole database, and
// nobody ever has to wait for a VACUUM of it, since it is empty.
const holdUser = statement('hold user of artifacts', 'SELECT 1 FROM countersign.user_account WHERE id = $1 FOR NO KEY UPDATE')
export const closeGate: Statement<unknown> = statement('close gate', 'LOCK TABLE countersign.artifact_gate IN EXCLUSIVE MODE')
/** Of statements that hand something out: before they take a row, they wait while the gate is closed. */
export const isInGate: string = 'NOT EXISTS (SELECT 1 FROM countersign.artifact_gate FOR KEY SHARE)'
const endUsers = statement('end artifacts of user', 'DELETE FROM countersign.oauth_artifact WHERE user_id = $1')
const endClients = statement('end artifacts of client', 'DELETE FROM countersign.oauth_artifact WHERE client_id = $1')
const endAll = statement('end artifacts', 'DELETE FROM countersign.oauth_artifact')

/** Ends what clients hold, beside the entry that says so. The statements travel together; the commit waits for them. */
export async function endArtifactsBehind(unit: Unit, append: Append): Promise<void> {
  const target = endsArtifactsOf(append)
  if (target?.kind === 'user') await Promise.all([unit.change(holdUser, target.id), unit.change(endUsers, target.id)])
  // Whoever ends a client has closed the gate before they have touched its row. The keys of callers and rules about services end as clients too: to
  // them nothing is handed out, and their rows are held by now.
  if (target?.kind === 'client') await unit.change(endClients, target.id)
  if (target?.kind === 'everyone') await Promise.all([unit.change(closeGate), unit.change(endAll)])
}
