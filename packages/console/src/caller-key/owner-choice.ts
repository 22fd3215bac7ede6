import { findPerson } from '../api/person.ts'
import { Problem } from '../api/problem.ts'
import { callerKeyText as text } from '../message/en/caller-key.ts'
import type { KeyOwner, OwnerKind } from './key-state.ts'

/** Whom a form names as the owner of a new key. */
export interface OwnerChoice {
  readonly kind: OwnerKind
  /** An id or an e-mail address. */
  readonly person: string
  readonly service: string
}

export const noOwner: OwnerChoice = { kind: 'user', person: '', service: '' }

/** @throws {Problem} at the field, as the server would say it, for nobody. */
export async function resolveOwner(
  { kind, person, service }: OwnerChoice,
  find: (named: string) => Promise<string | undefined> = findPerson,
): Promise<KeyOwner> {
  if (kind === 'service') {
    if (service === '') throw wrong('/service', text.noSuchService)
    return { kind, id: service }
  }
  const id = await find(person)
  if (id === undefined) throw wrong('/user', text.nobody)
  return { kind, id }
}

const wrong = (pointer: string, detail: string): Problem =>
  new Problem({ status: 400, code: 'request_invalid', title: text.ownerWrong, errors: [{ pointer, detail }] })
