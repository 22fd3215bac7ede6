import { isJsonObject } from '../core/json.ts'
import type { SignatureAlgorithm } from '../crypto/index.ts'

/** A public key for signatures (RFC 7517, RFC 7518 section 6, RFC 8037). */
export interface PublicJwk {
  readonly kty: 'EC' | 'OKP' | 'RSA'
  readonly kid: string
  readonly alg: SignatureAlgorithm
  readonly use?: 'sig'
  readonly crv?: 'P-256' | 'Ed25519'
  readonly x?: string
  readonly y?: string
  readonly n?: string
  readonly e?: string
}

interface KeyForm {
  readonly kty: PublicJwk['kty']
  readonly crv?: 'P-256' | 'Ed25519'
  /** The members that hold the key, in the order of RFC 7638 together with `crv` and `kty`. */
  readonly members: readonly ('x' | 'y' | 'n' | 'e')[]
}

/** What the key of each algorithm looks like. */
const keyForms: Readonly<Record<SignatureAlgorithm, KeyForm>> = {
  ES256: { kty: 'EC', crv: 'P-256', members: ['x', 'y'] },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', members: ['x'] },
  RS256: { kty: 'RSA', members: ['e', 'n'] },
  PS256: { kty: 'RSA', members: ['e', 'n'] },
}

/** RFC 7518 section 6 and RFC 8037: where the private parts of keys stand. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

/** Long enough for every id that is in use, short enough for a log line. */
export const MAX_KEY_ID_LENGTH = 200

/**
 * Reads a JWK into the form that we keep: known members only. A key without `alg` gets the algorithm that its kind has in
 * practice (P-256: ES256, Ed25519: EdDSA, RSA: RS256): one key, one algorithm (RFC 8725 section 3.1).
 *
 * Does not check that the point is on its curve or the modulus large enough: `verificationKey` does.
 *
 * @throws {RangeError} A private member, an unknown kind, curve or algorithm, or a key that is not for signatures.
 */
export function publicJwk(document: unknown): PublicJwk {
  if (!isJsonObject(document)) throw new RangeError('a JWK must be an object')
  for (const name of privateMembers) if (Object.hasOwn(document, name)) throw new RangeError('a public JWK holds a private member')
  const { kid, use, key_ops: operations } = document
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KEY_ID_LENGTH) throw new RangeError('a JWK without a usable kid')
  if (use !== undefined && use !== 'sig') throw new RangeError('a JWK that is not for signatures')
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    throw new RangeError('a JWK that is not for verifying')
  }
  const alg = algorithmOf(document)
  const { kty, crv, members } = keyForms[alg]
  const jwk: Record<string, string> = { kty, kid, alg, use: 'sig' }
  if (crv !== undefined) jwk['crv'] = crv
  for (const name of members) {
    const value = document[name]
    if (typeof value !== 'string' || value === '') throw new RangeError('a JWK without a member that its kind needs')
    jwk[name] = value
  }
  return Object.freeze(jwk) as unknown as PublicJwk
}

/** The members that identify a key, sorted by name (RFC 7638 section 3.2). */
export function requiredMembers(jwk: PublicJwk): Record<string, string> {
  const { kty, crv, members } = keyForms[jwk.alg]
  const chosen: Record<string, string> = crv === undefined ? { kty } : { crv, kty }
  for (const name of members) chosen[name] = jwk[name] as string
  return Object.fromEntries(Object.entries(chosen).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function algorithmOf(document: Readonly<Record<string, unknown>>): SignatureAlgorithm {
  const { alg, kty, crv } = document
  for (const candidate of Object.keys(keyForms) as SignatureAlgorithm[]) {
    const form = keyForms[candidate]
    if (form.kty === kty && form.crv === crv && (alg === undefined || alg === candidate)) return candidate
  }
  throw new RangeError('a JWK of a kind, curve or algorithm that is not supported')
}
