import type { Client } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { listRoles, type Roles } from '../api/role.ts'
import { roleText as text } from '../message/en/role.ts'

/** What is not known here is shown as the server says it. */
export const sourceName = (source: string): string => text.sources[source] ?? source

/** What one of them has and the other has not. */
export const changedScopes = (before: readonly string[], after: readonly string[]): readonly string[] => [
  ...before.filter((scope) => !after.includes(scope)),
  ...after.filter((scope) => !before.includes(scope)),
]

/** How many of the clients may ask for one of these scopes. */
export const askersOf = (clients: readonly Pick<Client, 'scopes'>[], scopes: readonly string[]): number =>
  clients.filter((client) => client.scopes.some((scope) => scopes.includes(scope))).length

/** Adding says nothing of what somebody else has set. @throws {Problem} at the field, for a role that is there. */
export async function requireNew(name: string, load: () => Promise<Roles> = listRoles): Promise<void> {
  const { roles } = await load()
  if (!roles.some((role) => role.name === name)) return
  const errors = [{ pointer: '/name', detail: text.isThere }]
  throw new Problem({ status: 400, code: 'request_invalid', title: text.nameWrong, errors })
}
