import type { SealedFacts } from './sealed-cookie.ts'

/** What is said once, on the page that a redirect leads to: a name of ours, never a text of the address. */
export const flashNames = [
  'signed_out',
  'account_created',
  'password_changed',
  'session_ended',
  'others_ended',
  'app_on',
  'app_off',
  'app_over',
  'code_over',
  'reset_sent',
  'password_reset',
  'email_verified',
  'email_changed',
  'email_asked',
  'verification_sent',
  'disowned',
  'name_changed',
  'passkey_added',
  'passkey_renamed',
  'passkey_removed',
  'codes_renewed',
  'key_made',
  'key_removed',
  'app_disconnected',
  'device_connected',
  'device_denied',
  'identity_connected',
  'identity_disconnected',
  'identity_over',
  'sign_in_as',
] as const

export interface Flash {
  readonly name: (typeof flashNames)[number]
  readonly count?: number
  /** Typed in for whoever is to sign in. */
  readonly email?: string
  /** Shown on that page, and never again. */
  readonly recoveryCodes?: readonly string[]
  /** A new API key, shown in the same way. */
  readonly apiKey?: string
}

const isName = (name: unknown): name is Flash['name'] => flashNames.some((each) => each === name)

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((each) => typeof each === 'string')

export const factsOfFlash = (flash: Flash): SealedFacts => ({ ...flash })

/** An older version may have written it. */
export function flashOf(facts: SealedFacts | undefined): Flash | undefined {
  const { name, count, email, recoveryCodes, apiKey } = facts ?? {}
  if (!isName(name)) return undefined
  return {
    name,
    ...(typeof count === 'number' ? { count } : {}),
    ...(typeof email === 'string' ? { email } : {}),
    ...(isTexts(recoveryCodes) ? { recoveryCodes } : {}),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
  }
}

/** Meant for the session alone that has asked for it. */
export const isSecret = ({ recoveryCodes, apiKey }: Flash): boolean => recoveryCodes !== undefined || apiKey !== undefined
