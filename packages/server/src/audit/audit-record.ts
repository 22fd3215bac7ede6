import type { EpochMs } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'

/**
 * Who did it. `local`: the administrator of the machine; `server`: the server by itself; `anyone`: nobody that was known. `client`: a key, or an
 * application, by its id.
 */
export interface Actor {
  readonly kind: 'user' | 'client' | 'service' | 'local' | 'server' | 'anyone'
  readonly id?: string
  /** Of a person who was signed in. */
  readonly session?: string
  /** Whose own it was not: the key or the application that spoke for them. */
  readonly by?: string
}

/** Who does what, as it stands beside a change: ids and names alone. */
export interface Deed {
  readonly operation: string
  readonly actor: Pick<Actor, 'kind' | 'id' | 'by'>
}

/** What it was done to. */
export interface ActTarget {
  readonly kind: string
  readonly id: string
}

/** `done`: it is so since then. `refused`: the caller was turned away. `failed`: it was begun, and its end is not known to be good. */
export type Outcome = 'done' | 'refused' | 'failed'

/** What one record says. There is no member that a secret could stand in: of what was sent, names alone. */
export interface AuditFacts {
  readonly at: EpochMs
  /** By the name that the OpenAPI document has for it (`operationId`), whichever way it was asked for. */
  readonly operation: string
  readonly actor: Actor
  readonly target?: ActTarget
  readonly outcome: Outcome
  /** The refusal. */
  readonly code?: string
  readonly address?: string
  readonly requestId?: string
  /** The members that were given, by name. */
  readonly members?: readonly string[]
  /** How somebody has shown who they are, as in `amr`. */
  readonly methods?: readonly string[]
  /** How many this one record stands for, where there were too many to have one each. */
  readonly count?: number
  /** As which it waited for its place. */
  readonly draft?: string
}

/** A record in its place. */
export interface AuditRecord {
  /** From 1, without a gap. */
  readonly position: number
  /** `AuditFacts` as they are chained, letter by letter. */
  readonly body: string
  /** Of the hash before, the position and the body. */
  readonly hash: string
  /** That it was the server who put it there. */
  readonly seal: string
}

/** An end of the chain, and the seal that says that it is one. */
export interface AuditEnd {
  readonly position: number
  readonly hash: string
  readonly seal: string
}

/** Before the first record, and before anything was forgotten. */
export const AUDIT_ORIGIN: AuditEnd = Object.freeze({ position: 0, hash: '', seal: '' })

export const isOrigin = ({ position, hash, seal }: AuditEnd): boolean =>
  position === AUDIT_ORIGIN.position && hash === AUDIT_ORIGIN.hash && seal === AUDIT_ORIGIN.seal

/** SHA-256(previous hash ‖ position ‖ body), in base64url. */
export const auditHash = (previous: string, position: number, body: string): string => sha256Base64url(`${previous}\n${position}\n${body}`)

const LONGEST = 256
const MOST_WORDS = 64

/** Others may have chosen it. What would break a line, or hide in it, becomes U+FFFD; so does half a character, which no database keeps. */
const plain = (text: string): string =>
  text
    .slice(0, LONGEST)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')

/** The one text of a record: members in one order, none that is empty. */
export function bodyOf(facts: AuditFacts): string {
  const { at, operation, actor, target, outcome, code, address, requestId, members, methods, count, draft } = facts
  const words = (list: readonly string[] | undefined): readonly string[] | undefined =>
    list === undefined || list.length === 0 ? undefined : list.slice(0, MOST_WORDS).map(plain)
  const id = (text: string | undefined): string | undefined => (text === undefined ? undefined : plain(text))
  return JSON.stringify({
    at,
    operation: plain(operation),
    actor: { kind: actor.kind, id: id(actor.id), session: id(actor.session), by: id(actor.by) },
    target: target === undefined ? undefined : { kind: target.kind, id: plain(target.id) },
    outcome,
    code,
    address: id(address),
    requestId: id(requestId),
    members: words(members),
    methods: words(methods),
    count,
    draft,
  })
}

/** In the place of what somebody else has put among the records that wait for theirs. */
export const forgedBody = (id: string, at: EpochMs): string =>
  bodyOf({ at, operation: 'forgeAuditRecord', actor: { kind: 'anyone' }, target: { kind: 'audit_draft', id }, outcome: 'refused' })

/** What stands in the place of a record that somebody has made unreadable: to look at the others must go on. */
const unreadable: AuditFacts = { at: 0, operation: 'unreadable', actor: { kind: 'anyone' }, outcome: 'failed' }

export function factsOf({ body }: Pick<AuditRecord, 'body'>): AuditFacts {
  try {
    const facts: unknown = JSON.parse(body)
    // Written by `bodyOf`, or its seal does not fit: whoever has to rely on it verifies.
    return isFacts(facts) ? facts : unreadable
  } catch {
    return unreadable
  }
}

function isFacts(value: unknown): value is AuditFacts {
  if (typeof value !== 'object' || value === null) return false
  const { at, operation, actor, outcome } = value as Partial<Record<keyof AuditFacts, unknown>>
  return (
    typeof at === 'number' && typeof operation === 'string' && typeof actor === 'object' && actor !== null && typeof outcome === 'string'
  )
}
