import { AuthError } from '../../core/refusal.ts'

/** What a token is bound to (RFC 7800 `cnf`): whoever presents it has to prove all of it. */
export interface Confirmation {
  /** `jkt`: the thumbprint of the key that DPoP proofs are made with (RFC 9449 section 6.1). */
  readonly dpopKey: string | undefined
  /** `x5t#S256`: the SHA-256 of the client's certificate (RFC 8705 section 3.1). */
  readonly certificate: string | undefined
}

const thumbprintForm = /^[A-Za-z0-9_-]{43}$/
const members: ReadonlySet<string> = new Set(['jkt', 'x5t#S256'])

/**
 * @returns undefined for a token that is bound to nothing.
 * @throws {AuthError} `token_invalid` for a binding that cannot be checked here: to pass it over would make the token a bearer token.
 */
export function parseConfirmation(cnf: Readonly<Record<string, unknown>> | undefined): Confirmation | undefined {
  if (cnf === undefined) return undefined
  const names = Object.keys(cnf)
  if (names.length === 0 || !names.every((name) => members.has(name) && isThumbprint(cnf[name]))) {
    throw new AuthError('token_invalid', { reason: 'binding_not_known' })
  }
  return Object.freeze({ dpopKey: textOf(cnf['jkt']), certificate: textOf(cnf['x5t#S256']) })
}

const isThumbprint = (value: unknown): boolean => typeof value === 'string' && thumbprintForm.test(value)
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The schemes under which an access token is presented. */
const dpopScheme = /^dpop /i

/**
 * A bound token under the scheme `Bearer` comes from somebody who does not know of the binding (RFC 9449 section 7.2), and a proof beside a
 * token that is bound to no key proves nothing.
 *
 * @throws {AuthError} `token_invalid`.
 */
export function requireScheme(text: string, confirmation: Confirmation | undefined): void {
  const isBound = confirmation?.dpopKey !== undefined
  if (dpopScheme.test(text) === isBound) return
  throw new AuthError('token_invalid', { reason: isBound ? 'bound_token_as_bearer' : 'token_without_key' })
}
