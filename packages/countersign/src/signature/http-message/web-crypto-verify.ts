import { AuthError } from '../../core/refusal.ts'
import type { EpochSeconds } from '../../core/platform.ts'
import type { ResponseMessage } from '../message.ts'
import { decodeBase64, encodeBase64, isInnerList, parseDictionary } from '../structured-field/index.ts'
import { componentOf } from './component.ts'
import { type ComponentList, componentItem, componentList, signatureBase } from './component-list.ts'
import { parseSignatureInput, type SignatureInput } from './signature-input.ts'
import { signatureValue } from './signature-value.ts'
import { webCryptoParameters } from './web-crypto.ts'

/** What a receiver asks of a signed response. */
export interface ResponseExpectation {
  /** The public key, a JWK, of which the response says that it has signed it. One key, one algorithm: its `alg`, or its curve. */
  readonly keyFor: (keyId: string) => JsonWebKey | undefined | Promise<JsonWebKey | undefined>
  /** What has to be covered besides `@status`, the request's `@method` and `@target-uri`, and the digest of the body. */
  readonly cover?: readonly string[]
  readonly now: EpochSeconds
  /** How old or young an answer may be. */
  readonly windowSeconds: number
}

const COVER: readonly string[] = ['@status', '"@method";req', '"@target-uri";req']
const MAX_FIELD_LENGTH = 8192

interface Imported {
  readonly algorithm: string
  readonly parameters: AlgorithmIdentifier | EcKeyImportParams | RsaHashedImportParams
}

/** A JWK's algorithm (RFC 7518 section 3.1, RFC 9864), in the words of RFC 9421 and of WebCrypto. */
const ED25519: Imported = { algorithm: 'ed25519', parameters: 'Ed25519' }
const P256: Imported = { algorithm: 'ecdsa-p256-sha256', parameters: { name: 'ECDSA', namedCurve: 'P-256' } }
const P384: Imported = { algorithm: 'ecdsa-p384-sha384', parameters: { name: 'ECDSA', namedCurve: 'P-384' } }
const imports: Readonly<Record<string, Imported>> = {
  EdDSA: ED25519,
  Ed25519: ED25519,
  ES256: P256,
  'P-256': P256,
  ES384: P384,
  'P-384': P384,
  PS512: { algorithm: 'rsa-pss-sha512', parameters: { name: 'RSA-PSS', hash: 'SHA-512' } },
  RS256: { algorithm: 'rsa-v1_5-sha256', parameters: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } },
}

/**
 * Verifies by WebCrypto that a response was signed by a known key, now, and for the request that it answers.
 *
 * @param body As it came over the wire.
 * @throws {AuthError} `signature_incomplete` for a response that is not signed or covers too little, with what is `missing`; `request_expired`
 *   for one of another time; `signature_invalid`; `digest_mismatch`; `credential_malformed`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9421#section-2.4}
 */
export async function webCryptoVerifyResponse(
  message: ResponseMessage,
  body: Uint8Array<ArrayBuffer>,
  { keyFor, cover = [], now, windowSeconds }: ResponseExpectation,
): Promise<void> {
  const { input, value } = readFields(message)
  const { keyid = '', created } = input
  if (created === undefined) throw incomplete('created')
  const list = listOf(input)
  for (const wanted of [...COVER, ...cover]) requireComponent(list, wanted)
  if (body.length > 0 && !list.coversDigest) throw incomplete('"content-digest"')
  const isLate = Math.abs(now - created) > windowSeconds || (input.expires !== undefined && now > input.expires)
  if (isLate) throw new AuthError('request_expired', { reason: 'response', signedAt: created })
  const base = baseOf(list, input.text, message)
  const jwk = await keyFor(keyid)
  if (jwk === undefined || !(await isSignedBy(jwk, value, base)))
    throw new AuthError('signature_invalid', { reason: 'response', key: keyid })
  if (list.coversDigest) await requireDigest(message.values('content-digest')?.join(', ') ?? '', body)
}

function readFields(message: ResponseMessage): { readonly input: SignatureInput; readonly value: string } {
  const [inputs, values] = ['signature-input', 'signature'].map((name) => message.values(name)?.join(', '))
  if (inputs === undefined || values === undefined) throw incomplete('signature')
  if (inputs.length > MAX_FIELD_LENGTH || values.length > MAX_FIELD_LENGTH) throw malformed('signature_too_long')
  try {
    const input = parseSignatureInput(inputs, {})
    const value = input && signatureValue(values, input.label)
    if (input !== undefined && value !== undefined) return { input, value }
  } catch (error) {
    throw malformed('signature', error)
  }
  throw malformed('half_a_signature')
}

function listOf({ components }: SignatureInput): ComponentList {
  if ('identifiers' in components) return components
  try {
    return componentList(components, {})
  } catch (error) {
    throw malformed('component', error)
  }
}

function requireComponent({ meanings }: ComponentList, wanted: string): void {
  const { identifier, meaning } = componentOf(componentItem(wanted), {})
  if (!meanings.includes(meaning)) throw incomplete(identifier)
}

function baseOf({ components }: ComponentList, parameters: string, message: ResponseMessage): string {
  try {
    return signatureBase(components, parameters, message)
  } catch (error) {
    throw new AuthError('signature_invalid', { reason: 'component_absent' }, { cause: error })
  }
}

async function isSignedBy(jwk: JsonWebKey, value: string, base: string): Promise<boolean> {
  const name = jwk.alg ?? jwk.crv ?? ''
  const known = Object.hasOwn(imports, name) ? imports[name] : undefined
  if (known === undefined) return false
  const { kty, crv, x, y, n, e } = jwk
  const members = Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, member]) => member !== undefined))
  const { subtle } = globalThis.crypto
  try {
    const key = await subtle.importKey('jwk', members, known.parameters, false, ['verify'])
    const parameters = webCryptoParameters[known.algorithm] ?? 'none'
    return await subtle.verify(parameters, key, Uint8Array.from(decodeBase64(value)), new TextEncoder().encode(base))
  } catch {
    return false
  }
}

const digestNames: Readonly<Record<string, string>> = { 'sha-256': 'SHA-256', 'sha-512': 'SHA-512' }

/** Every digest of a known algorithm has to be right, and one of them has to be there. */
async function requireDigest(field: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  let isOne = false
  for (const [name, member] of digestsOf(field)) {
    const algorithm = Object.hasOwn(digestNames, name) ? digestNames[name] : undefined
    if (algorithm === undefined || isInnerList(member) || member.bare.type !== 'bytes') continue
    const digest = encodeBase64(new Uint8Array(await globalThis.crypto.subtle.digest(algorithm, body)))
    if (digest !== encodeBase64(member.bare.value)) throw new AuthError('digest_mismatch', { reason: 'response', bytes: body.length })
    isOne = true
  }
  if (!isOne) throw malformed('digest_algorithm')
}

function digestsOf(field: string): ReturnType<typeof parseDictionary> {
  try {
    return parseDictionary(field)
  } catch (error) {
    throw malformed('digest_malformed', error)
  }
}

const incomplete = (missing: string): AuthError => new AuthError('signature_incomplete', { reason: 'response', missing })

const malformed = (reason: string, cause?: unknown): AuthError =>
  new AuthError('credential_malformed', { reason }, cause === undefined ? undefined : { cause })
