import { addressList, type AddressList, type EpochSeconds } from '../../core/index.ts'
import type { Position } from '../../revocation/index.ts'

/** What a verifier holds of any key of a caller: whose it is, what it may do, and what can revoke it. */
export interface KeyFacts {
  readonly id: string
  /** The owner: of the two, the one that there is. */
  readonly subject: string
  readonly user: string | undefined
  readonly service: string | undefined
  readonly scope: readonly string[]
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  /** Where it may be used from; undefined: from anywhere. */
  readonly addresses: AddressList | undefined
  readonly expiresAt: EpochSeconds | undefined
  /** The position of the log that the issuer had seen before it read all this. */
  readonly rev: Position
  readonly session: string | undefined
}

export type Members = Readonly<Record<string, unknown>>

/** Reads what every answer about a key holds. @throws {Error} It does not. */
export function keyFacts(document: Members, id: string): KeyFacts {
  if (document.id !== id) throw wrong('id')
  const user = optional(document, 'user', isText)
  const service = optional(document, 'service', isText)
  if ((user === undefined) === (service === undefined)) throw wrong('user')
  const addresses = names(document, 'addresses')
  return {
    id,
    subject: needed(document, 'subject', isText),
    user,
    service,
    scope: names(document, 'scope'),
    roles: names(document, 'roles'),
    groups: names(document, 'groups'),
    addresses: addresses.length === 0 ? undefined : addressList(addresses),
    expiresAt: optional(document, 'expires_at', isNumber),
    rev: needed(document, 'rev', isNumber),
    session: optional(document, 'session', isText),
  }
}

export function optional<T>(document: Members, name: string, is: (value: unknown) => value is T): T | undefined {
  const value = document[name]
  if (value === undefined || is(value)) return value
  throw wrong(name)
}

export function needed<T>(document: Members, name: string, is: (value: unknown) => value is T): T {
  const value = document[name]
  if (is(value)) return value
  throw wrong(name)
}

function names(document: Members, name: string): readonly string[] {
  const value = document[name]
  if (!Array.isArray(value) || !value.every(isText)) throw wrong(name)
  return Object.freeze([...value])
}

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

export const wrong = (member: string): Error => new Error(`what was answered about a key has no usable ${member}`)
