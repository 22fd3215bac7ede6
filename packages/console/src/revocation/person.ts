import { findPerson } from '../api/person.ts'
import { revocation as words } from '../message/en/revocation.ts'
import { type Draft, emailOf } from './request.ts'

/**
 * The id of what is to be revoked; of a person whose address was typed, that person's.
 *
 * @throws {Error} where nobody has the address.
 */
export async function targetIdOf(draft: Draft, signal?: AbortSignal): Promise<string> {
  const email = emailOf(draft)
  if (email === undefined) return draft.id.trim()
  const found = await findPerson(email, signal)
  if (found === undefined) throw new Error(words.noSuchPerson(email))
  return found
}
