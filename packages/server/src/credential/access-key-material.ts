import { AuthError, type EpochMs, encodeBase64url, toEpochSeconds } from 'countersign/core'
import { deriveHawkKey, deriveMessageDayKey, deriveRequestJwtKey, deriveSigningKey, sigV4Provider } from 'countersign/signature'

/** How a request may be signed; `one-time` with a public key alone. */
export const signatureForms = ['sigv4', 'http-message', 'hawk', 'jwt', 'one-time'] as const
export type SignatureForm = (typeof signatureForms)[number]

/** What a verifier wants to check. */
export interface KeyUse {
  readonly forms: readonly SignatureForm[]
  /** `20261122`, in UTC: for SigV4 and HTTP messages. */
  readonly day: string | undefined
  /** For SigV4. */
  readonly scope: { readonly region: string; readonly service: string; readonly provider: string } | undefined
}

/** Keys that were derived for one form each: none of them is the secret, and none of them leads back to it. */
export interface DerivedKeys {
  readonly sigv4?: {
    readonly day: string
    readonly region: string
    readonly service: string
    readonly provider: string
    readonly key: string
  }
  readonly httpMessage?: { readonly day: string; readonly key: string }
  readonly hawk?: { readonly key: string }
  readonly jwt?: { readonly key: string }
}

const DAY_SECONDS = 86_400
/** The longest life of a presigned URL. */
const OLDEST_DAYS = 7

/** @throws {AuthError} `request_invalid` without the day or the scope that a form needs, or for a day that nobody signs with now. */
export function requireUse({ forms, day, scope }: KeyUse, now: EpochMs): void {
  if (forms.includes('sigv4') && scope === undefined) throw wrong('/scope', 'is required for sigv4')
  if (day === undefined) {
    if (forms.includes('sigv4') || forms.includes('http-message')) throw wrong('/day', 'is required for sigv4 and http-message')
    return
  }
  const today = toEpochSeconds(now)
  const days = Array.from({ length: OLDEST_DAYS + 2 }, (_, index) => dayOf(today + (1 - index) * DAY_SECONDS))
  if (!days.includes(day)) throw wrong('/day', `must be tomorrow, today or one of the ${OLDEST_DAYS} days before`)
}

export function deriveKeys(secret: string, { forms, day = '', scope }: KeyUse): DerivedKeys {
  const keys: { -readonly [Form in keyof DerivedKeys]: DerivedKeys[Form] } = {}
  if (forms.includes('sigv4') && scope !== undefined) {
    const { region, service, provider } = scope
    const key = deriveSigningKey(secret, { date: day, region, service, provider: sigV4Provider(provider) })
    keys.sigv4 = { day, region, service, provider, key: encodeBase64url(key) }
  }
  if (forms.includes('http-message')) keys.httpMessage = { day, key: encodeBase64url(deriveMessageDayKey(secret, day)) }
  if (forms.includes('hawk')) keys.hawk = { key: deriveHawkKey(secret) }
  if (forms.includes('jwt')) keys.jwt = { key: encodeBase64url(deriveRequestJwtKey(secret)) }
  return keys
}

const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10).replaceAll('-', '')
const wrong = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })
