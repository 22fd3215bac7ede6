import { AuthError, addressList, type EpochMs } from 'countersign/core'
import type { Allowance } from './access-key.ts'
import type { CallerKeySettings } from './caller-key.ts'

/** What is asked for; members that are left out get their default, or stay as they are. */
export interface AskedSettings {
  readonly name?: string | undefined
  readonly scope?: readonly string[] | undefined
  /** Null: all that the owner has. */
  readonly roles?: readonly string[] | null | undefined
  readonly addresses?: readonly string[] | undefined
  readonly windowSeconds?: number | undefined
  readonly disabled?: boolean | undefined
  readonly rotateBy?: EpochMs | null | undefined
  readonly rotateEverySeconds?: number | null | undefined
}

export const DEFAULT_WINDOW_SECONDS = 120
const MAXIMUM_NAME = 200

/**
 * The settings of a new key. Without a scope it gets all of the allowance, without roles whatever its owner has at the time.
 *
 * @throws {AuthError} `request_invalid` for more than the allowance, an address that is none, a name that cannot be shown.
 */
export function newSettings(asked: AskedSettings, allowance: Allowance, at: EpochMs): CallerKeySettings {
  const scope = allowance.scope === 'any' ? [] : allowance.scope
  const { rotateEverySeconds } = asked
  const rotateBy = typeof rotateEverySeconds === 'number' ? at + rotateEverySeconds * 1000 : null
  const basis: CallerKeySettings = { name: '', scope, roles: undefined, addresses: [], windowSeconds: DEFAULT_WINDOW_SECONDS }
  return changedSettings(basis, { name: '', rotateBy, ...asked }, allowance)
}

/** @throws {AuthError} as `newSettings`. What is not asked for is not checked again. */
export function changedSettings(now: CallerKeySettings, asked: AskedSettings, allowance: Allowance): CallerKeySettings {
  const { scope, roles, addresses, windowSeconds = now.windowSeconds } = asked
  if (scope !== undefined && allowance.scope !== 'any') requireWithin(scope, allowance.scope, '/scope')
  if (roles !== undefined && roles !== null) requireWithin(roles, allowance.roles, '/roles')
  if (addresses !== undefined) requireAddresses(addresses)
  const disabled = asked.disabled ?? now.disabled ?? false
  const rotateBy = asked.rotateBy === undefined ? now.rotateBy : asked.rotateBy
  const rotateEverySeconds = asked.rotateEverySeconds === undefined ? now.rotateEverySeconds : asked.rotateEverySeconds
  return {
    name: asked.name === undefined ? now.name : checkedName(asked.name),
    scope: unique(scope ?? now.scope),
    roles: roles === undefined ? now.roles : roles === null ? undefined : unique(roles),
    addresses: unique(addresses ?? now.addresses),
    windowSeconds,
    ...(disabled ? { disabled } : {}),
    ...(typeof rotateBy === 'number' ? { rotateBy } : {}),
    ...(typeof rotateEverySeconds === 'number' ? { rotateEverySeconds } : {}),
  }
}

/**
 * A part of what a caller has: all of it, or what is asked for.
 *
 * @throws {AuthError} `request_invalid` for more.
 */
export function narrowed(
  { scope, roles }: Allowance & { readonly scope: readonly string[] },
  asked: { readonly scope?: readonly string[] | undefined; readonly roles?: readonly string[] | undefined },
): { readonly scope: readonly string[]; readonly roles: readonly string[] } {
  requireWithin(asked.scope ?? [], scope, '/scope')
  requireWithin(asked.roles ?? [], roles, '/roles')
  return { scope: unique(asked.scope ?? scope), roles: unique(asked.roles ?? roles) }
}

/** Names what is too much: the caller has said it, and may know what they have. */
function requireWithin(asked: readonly string[], allowed: readonly string[], pointer: string): void {
  if (!asked.every((each) => allowed.includes(each))) throw wrong(pointer, 'holds more than the owner of the key, or its caller, may do')
}

function requireAddresses(addresses: readonly string[]): void {
  try {
    addressList(addresses)
  } catch {
    throw wrong('/addresses', 'must be addresses and subnets such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32')
  }
}

function checkedName(name: string): string {
  const trimmed = name.trim()
  const bad = trimmed === '' || trimmed.length > MAXIMUM_NAME || !trimmed.isWellFormed() || /\p{Cc}/u.test(trimmed)
  if (bad) throw wrong('/name', `must have 1 to ${MAXIMUM_NAME} printable characters`)
  return trimmed
}

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)]
const wrong = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })
