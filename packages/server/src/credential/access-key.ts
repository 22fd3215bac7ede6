import type { EpochMs } from 'countersign/core'
import type { CallerKey, CallerKeyIssuance, CallerKeyOwner, CallerKeySettings } from './caller-key.ts'
import { sessionTokenHash } from './access-key-secret.ts'
import type { RoleScopes } from './role-scopes.ts'

/** What a key may be given: all that its owner has, or all that the caller who makes it has. `any` scope: an operator decides. */
export interface Allowance {
  readonly roles: readonly string[]
  readonly scope: readonly string[] | 'any'
}

export interface IssuedAccessKey {
  readonly key: CallerKey
  /** `cs_sk_…`, to be shown once. Undefined for a public key: the private one stays with the caller. */
  readonly secret: string | undefined
}

/** Who asks for a key by its id: an operator may for any, others for their own and for the one that they sign with. */
export interface KeyActor {
  readonly isOperator: boolean
  readonly owner: CallerKeyOwner | undefined
  readonly key: string | undefined
}

/** A key and what is true of it now: what its owner has lost the key has lost. */
export interface LivingAccessKey extends CallerKeyIssuance {
  readonly roles: readonly string[]
  readonly scope: readonly string[]
}

/** @returns undefined for a key that its owner has switched off, and for what is no access key. */
export function livingKey(issuance: CallerKeyIssuance, scopes: RoleScopes): LivingAccessKey | undefined {
  return isAccessKey(issuance.key) && issuance.key.settings.disabled !== true ? granted(issuance, scopes) : undefined
}

/** What a key may do now: what was given to it, as far as its owner still has it. */
export function granted(issuance: CallerKeyIssuance, scopes: RoleScopes): LivingAccessKey {
  const { key, subject } = issuance
  const { roles, scope } = key.settings
  const allowed = key.owner.kind === 'service' ? scope : scopes.of(subject.roles, issuance.storedScopes)
  return {
    ...issuance,
    roles: roles === undefined ? subject.roles : subject.roles.filter((role) => roles.includes(role)),
    scope: scope.filter((each) => allowed.includes(each)),
  }
}

/** A key never has more than the one that it was made with, and is used from the same addresses. */
export function withinParent(made: LivingAccessKey, { key: parent, roles, scope }: LivingAccessKey): LivingAccessKey {
  const { addresses, windowSeconds } = parent.settings
  return {
    ...made,
    key: { ...made.key, settings: { ...made.key.settings, addresses, windowSeconds } },
    roles: made.roles.filter((role) => roles.includes(role)),
    scope: made.scope.filter((each) => scope.includes(each)),
  }
}

export const isAccessKey = ({ kind }: CallerKey): boolean => kind === 'hmac' || kind === 'public'

/** One that was exchanged for something else, and cannot be exchanged again or replaced. */
export const isTemporary = (key: CallerKey): boolean => sessionTokenHash(key) !== undefined

/** One that was agreed on when a session began, or has replaced such a key: whoever signs with it is that session. */
export const isSessionKey = (key: CallerKey): boolean => key.session !== undefined && !isTemporary(key)

/** The settings of a replacement. */
export function renewed({ rotateBy: _past, ...settings }: CallerKeySettings, at: EpochMs): CallerKeySettings {
  const { rotateEverySeconds } = settings
  return rotateEverySeconds === undefined ? settings : { ...settings, rotateBy: at + rotateEverySeconds * 1000 }
}
