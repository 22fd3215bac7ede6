import { AuthError, type Principal } from 'countersign/core'
import {
  type Allowance,
  type CallerKeyOwner,
  isAccessKeyId,
  isTemporary,
  type KeyActor,
  type LivingAccessKey,
  type TemporaryKeyGround,
} from '../credential/index.ts'
import { type Caller, isOperator, ownSession, signedInUser } from './caller.ts'
import { InvalidRequest } from './field-error.ts'
import type { Services } from './services.ts'
import { isSessionItself } from './session-caller.ts'

/** What a caller may do with access keys. */

interface NamedOwner {
  readonly user?: string | undefined
  readonly service?: string | undefined
}

/** The key of a request that was signed with one. A token that was exchanged for a key signs nothing. */
const signingKeyOf = ({ client, methods }: Principal): string | undefined =>
  isAccessKeyId(client) && methods.includes('signature') ? client : undefined

/** A person with a session. A stolen key must not make itself a second one that outlives it. */
async function isSession(caller: Caller, services: Services): Promise<boolean> {
  return caller.kind === 'principal' && isSessionItself(caller.principal, services)
}

/**
 * Whose keys a request is about: the caller's own, or, for operators, those of the user or service that it names.
 *
 * @throws {AuthError} `role_insufficient`; `request_invalid` for two owners, or none where the machine's administrator asks.
 */
export function keyOwner(caller: Caller, { user, service }: NamedOwner): CallerKeyOwner {
  if (user !== undefined && service !== undefined) throw wrong('/service', 'must not stand beside user')
  if (service !== undefined) {
    if (!isOperator(caller)) throw new AuthError('role_insufficient')
    return { kind: 'service', id: service }
  }
  if (user !== undefined) {
    if (!isOperator(caller) && signedInUser(caller).user !== user) throw new AuthError('role_insufficient')
    return { kind: 'user', id: user }
  }
  if (caller.kind === 'local') throw wrong('/user', 'is required')
  return { kind: 'user', id: signedInUser(caller).user }
}

/**
 * What a key of the owner may be given by this caller.
 *
 * @throws {AuthError} `session_required`; `request_invalid` at `/user` for nobody.
 */
export async function allowanceFor(caller: Caller, owner: CallerKeyOwner, services: Services): Promise<Allowance> {
  if (!isOperator(caller) && !(await isSession(caller, services))) throw new AuthError('session_required')
  if (owner.kind === 'service') return { roles: [], scope: 'any' }
  if (!isOperator(caller) && caller.kind === 'principal') return { roles: caller.principal.roles, scope: caller.principal.scope }
  const { accounts, roles } = services
  const user = await accounts.find(owner.id)
  if (user === undefined) throw wrong('/user', 'is nobody who is active')
  return { roles: user.roles, scope: await roles.of(user.roles) }
}

/** Who sees, replaces and removes a key: its owner, an operator, and whoever signs with it. @throws {AuthError} `session_required`. */
export async function keyActor(caller: Caller, services: Services): Promise<KeyActor> {
  const key = caller.kind === 'principal' ? signingKeyOf(caller.principal) : undefined
  if (isOperator(caller)) return { isOperator: true, owner: undefined, key }
  if (await isSession(caller, services)) return { isOperator: false, owner: { kind: 'user', id: signedInUser(caller).user }, key }
  if (key === undefined) throw new AuthError('session_required')
  return { isOperator: false, owner: undefined, key }
}

/** The same of API keys: whoever calls with one sees that one. @throws {AuthError} `session_required`. */
export async function apiKeyActor(caller: Caller, services: Services): Promise<KeyActor> {
  if (caller.kind !== 'principal' || !caller.principal.methods.includes('api_key') || isOperator(caller)) return keyActor(caller, services)
  return { isOperator: false, owner: undefined, key: caller.principal.client }
}

/** What a caller exchanges for something short-lived. */
export type Exchanged =
  | { readonly kind: 'key'; readonly key: LivingAccessKey; readonly ground: TemporaryKeyGround }
  | { readonly kind: 'session'; readonly ground: TemporaryKeyGround }

/** @throws {AuthError} `session_required` for what was exchanged before, and for the machine's administrator, who is nobody. */
export async function exchangedBy(caller: Caller, { keyRecords }: Services): Promise<Exchanged> {
  if (caller.kind === 'access_key') return ofKey(caller.key)
  if (caller.kind !== 'principal') throw new AuthError('session_required')
  const { principal } = caller
  const signing = signingKeyOf(principal)
  if (signing !== undefined) {
    const key = await keyRecords.living(signing)
    if (key === undefined || isTemporary(key.key)) throw new AuthError('session_required')
    return ofKey(key)
  }
  if (principal.session === undefined || principal.actor !== undefined || isAccessKeyId(principal.client))
    throw new AuthError('session_required')
  const { user, session } = ownSession(caller)
  const { roles, scope } = principal
  return { kind: 'session', ground: { owner: { kind: 'user', id: user }, session, parent: undefined, roles, scope } }
}

function ofKey(living: LivingAccessKey): Exchanged {
  const { key, roles, scope } = living
  return { kind: 'key', key: living, ground: { owner: key.owner, session: key.session, parent: key, roles, scope } }
}

const wrong = (pointer: string, detail: string): InvalidRequest => new InvalidRequest([{ pointer, detail }])
