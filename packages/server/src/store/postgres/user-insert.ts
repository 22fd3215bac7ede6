import type { User } from '../../account/user.ts'
import { userValues } from '../sqlite/user-row.ts'
import { type Statement, statement, type Value } from './statement.ts'

const columns = [
  ...['id', 'email', 'email_key', 'name', 'search_text', 'status', 'roles', 'groups', 'created_at', 'updated_at'],
  ...['password_hash', 'email_verified_at'],
] as const

export const insertUser: Statement = statement(
  'insert user',
  `
  INSERT INTO countersign.user_account (${columns.join(', ')}, password_generation) VALUES (${columns.map((_, at) => `$${at + 1}`).join(', ')}, 1)
  ON CONFLICT (email_key) DO NOTHING`,
)

/** The parameters of `insertUser`. The first password is generation 1. */
export function userColumnValues(user: User, passwordHash: string): readonly Value[] {
  const values = userValues(user, passwordHash)
  return columns.map((column) => values[column] ?? null)
}
