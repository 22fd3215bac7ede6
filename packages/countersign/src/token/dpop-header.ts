import { isJsonObject, parseBase64urlJsonObject } from '../core/json.ts'
import { isJwsAlgorithm, isSignatureAlgorithm, type SignatureAlgorithm } from '../crypto/index.ts'
import { type PublicJwk, publicJwk, thumbprint } from '../key/index.ts'
import { type DpopError, proofInvalid } from './dpop-error.ts'

/** RFC 9449 section 4.2. */
export const DPOP_PROOF_TYPE = 'dpop+jwt'

export interface DpopHeader {
  readonly algorithm: SignatureAlgorithm
  readonly jwk: PublicJwk
  /** RFC 7638: what `cnf.jkt` names. */
  readonly thumbprint: string
}

/** Members that bring another key than `jwk`, another reading of the payload, or encryption. */
const refusedMembers = ['jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc'] as const
/** The key's name in this process: a proof brings its key and names none. */
const NAMELESS = 'dpop'

/** @throws {DpopError} `proof_invalid`: not the header of a proof, or a key or algorithm that is not accepted. */
export function decodeDpopHeader(segment: string, algorithms: readonly SignatureAlgorithm[]): DpopHeader {
  const header = membersOf(segment)
  const { typ, alg, jwk } = header
  if (typeof typ !== 'string' || typ.toLowerCase().replace(/^application\//, '') !== DPOP_PROOF_TYPE) throw proofInvalid('type')
  if (refusedMembers.some((name) => Object.hasOwn(header, name))) throw proofInvalid('header_member')
  if (!isJwsAlgorithm(alg) || !isSignatureAlgorithm(alg) || !algorithms.includes(alg)) throw proofInvalid('algorithm')
  if (!isJsonObject(jwk)) throw proofInvalid('jwk_missing')
  const key = publicKeyOf(jwk, alg)
  return { algorithm: alg, jwk: key, thumbprint: thumbprint(key) }
}

function publicKeyOf(jwk: Readonly<Record<string, unknown>>, algorithm: SignatureAlgorithm): PublicJwk {
  // One key, one algorithm: a key that names another one is not for this proof.
  if (jwk['alg'] !== undefined && jwk['alg'] !== algorithm) throw proofInvalid('algorithm')
  try {
    return publicJwk({ ...jwk, alg: algorithm, kid: NAMELESS })
  } catch (cause) {
    throw refusedKey(cause)
  }
}

/** What makes a key unusable is told to the log: a private member above all, since its owner has just sent it away. */
export function refusedKey(cause: unknown): DpopError {
  return proofInvalid(cause instanceof RangeError ? `jwk: ${cause.message}` : 'jwk', cause)
}

function membersOf(segment: string): Record<string, unknown> {
  try {
    return parseBase64urlJsonObject(segment)
  } catch (cause) {
    throw proofInvalid('header', cause)
  }
}
