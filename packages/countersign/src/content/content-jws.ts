import { decodeBase64url, encodeBase64url } from '../core/base64url.ts'
import { parseBase64urlJsonObject } from '../core/json.ts'
import { AuthError } from '../core/refusal.ts'
import { type ContentAlgorithm, type ContentKeySet, type ContentSigningKey, isSignedBy, signText } from './content-key.ts'

/** What a signature is of: of one content, or of a folder. Neither is taken for the other. */
export type StatementType = 'content+jws' | 'content-manifest+jws'

type Statement = Readonly<Record<string, unknown>>

/** A statement as a JWS in compact form (RFC 7515 section 7.1). */
export async function signStatement(type: StatementType, statement: Statement, key: ContentSigningKey): Promise<string> {
  const { alg, kid } = key.publicJwk
  const input = `${segmentOf({ alg, kid, typ: type })}.${segmentOf(statement)}`
  return `${input}.${await signText(key, input)}`
}

/** @throws {AuthError} `credential_malformed` for what is no such JWS or too long; `signature_invalid`. */
export async function openStatement(
  type: StatementType,
  jws: string,
  { keys, maxCharacters }: { readonly keys: ContentKeySet; readonly maxCharacters: number },
): Promise<Statement> {
  const [header = '', payload = '', signature = '', ...rest] = jws.length > maxCharacters ? [] : jws.trim().split('.')
  const { alg, kid, typ, ...others } = opened(header)
  // What else a header could say (RFC 7515 section 4.1.11) changes what is signed: nothing of it is known here.
  if (rest.length > 0 || typ !== type || !isAlgorithm(alg) || typeof kid !== 'string' || Object.keys(others).length > 0) throw malformed()
  if (!(await isSignedBy(keys, { kid, algorithm: alg }, `${header}.${payload}`, bytesOf(signature)))) {
    throw new AuthError('signature_invalid', { reason: 'content', key: kid })
  }
  return opened(payload)
}

const segmentOf = (document: Statement): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(document)))

const isAlgorithm = (name: unknown): name is ContentAlgorithm => name === 'EdDSA' || name === 'ES256'

function opened(segment: string): Statement {
  try {
    return parseBase64urlJsonObject(segment)
  } catch (cause) {
    throw malformed(cause)
  }
}

function bytesOf(segment: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(decodeBase64url(segment))
  } catch (cause) {
    throw malformed(cause)
  }
}

const malformed = (cause?: unknown): AuthError => new AuthError('credential_malformed', { reason: 'content_signature' }, { cause })
