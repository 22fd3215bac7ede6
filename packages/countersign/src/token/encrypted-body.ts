import { decodeUtf8 } from '../core/base64url.ts'
import { isJsonObject, parseBase64urlJsonObject } from '../core/json.ts'
import { AuthError } from '../core/refusal.ts'
import {
  type EncryptionPrivateJwk,
  type EncryptionPublicJwk,
  encryptionPublicJwk,
  parseReplyKey,
  requirePrivateKeys,
} from './encryption-key.ts'
import type { JoseModule } from './jose-module.ts'

export { type EncryptionPrivateJwk, type EncryptionPublicJwk, encryptionRecipient, replyKeyValue } from './encryption-key.ts'

/** The type of a body that is a JWE in compact form (RFC 7515 section 9.2.1). */
export const ENCRYPTED_TYPE = 'application/jose'
/** Where a request without a body names the key for its answer; one with a body says so inside, where nobody on the way can change it. */
export const REPLY_KEY_HEADER = 'countersign-reply-key'

export interface BodyEncryptionOptions {
  /** `import * as jose from 'jose'`. */
  readonly jose: JoseModule
  /** Others encrypt to the first, all decrypt: put a new key in front, and take the old one away when nobody has it any more. */
  readonly keys: readonly EncryptionPrivateJwk[]
  /** The longest encrypted body that is opened, in bytes. Default 1 MiB. */
  readonly limitBytes?: number
}

export interface OpenedBody {
  readonly body: Uint8Array
  readonly contentType: string
  /** What the answer is to be encrypted to. */
  readonly replyKey: EncryptionPublicJwk | undefined
}

/** Bodies that only their receiver reads, whoever ends the TLS: JWE (RFC 7516) with ECDH-ES and A256GCM, and nothing else. */
export interface BodyEncryption {
  readonly limitBytes: number
  /** The public halves, to be published (RFC 7517). */
  readonly keySet: { readonly keys: readonly Readonly<Record<string, string>>[] }
  /**
   * Does not say who encrypted it: anybody can, to a public key. Authenticate the request besides.
   *
   * @throws {AuthError} `encryption_invalid`, `content_too_large`.
   */
  open(jwe: Uint8Array): Promise<OpenedBody>
  /** The key that a request without a body names. @throws {AuthError} `encryption_invalid`. */
  replyKey(header: string): EncryptionPublicJwk
  /** @throws {RangeError} The recipient is not an X25519 or P-256 public key, or a point that agrees on no key. */
  seal(
    recipient: EncryptionPublicJwk,
    body: Uint8Array,
    options: { readonly contentType: string; readonly replyKey?: EncryptionPublicJwk },
  ): Promise<string>
}

const ALGORITHM = 'ECDH-ES'
const ENCRYPTION = 'A256GCM'
const REPLY_MEMBER = 'reply_jwk'
/** Anything else asks for something that is not done here: compression, critical extensions, keys by address. */
const members: ReadonlySet<string> = new Set(['alg', 'enc', 'kid', 'epk', 'cty', 'typ', REPLY_MEMBER])
const MEDIA_TYPE = /^[\w!#$&^.+-]+(\/[\w!#$&^.+-]+)?( ?; ?[\w!#$&^.+-]+=("[\w /.,:+-]*"|[\w!#$&^.+-]+))*$/
const MAX_TYPE_LENGTH = 128
const MAX_HEADER_LENGTH = 2048
const MIB = 2 ** 20

/** @throws {RangeError} No key, more than 16, two of one name, or one that is not a private X25519 or P-256 key. */
export function createBodyEncryption({ jose, keys, limitBytes = MIB }: BodyEncryptionOptions): BodyEncryption {
  requirePrivateKeys(keys)
  if (!Number.isSafeInteger(limitBytes) || limitBytes < 0) throw new RangeError('limitBytes must be a whole number')
  const published = keys.map((key) => Object.freeze({ ...publicHalf(key), use: 'enc', alg: ALGORITHM }))
  return Object.freeze({
    limitBytes,
    keySet: Object.freeze({ keys: Object.freeze(published) }),
    async open(jwe: Uint8Array): Promise<OpenedBody> {
      if (jwe.byteLength > limitBytes) throw new AuthError('content_too_large')
      const compact = textOf(jwe)
      const header = headerOf(compact)
      const candidates = header.kid === undefined ? keys : keys.filter(({ kid }) => kid === header.kid)
      for (const key of candidates) {
        const body = await opened(jose, compact, key)
        if (body !== undefined) return { body, contentType: header.contentType, replyKey: header.replyKey }
      }
      throw invalid(candidates.length === 0 ? 'kid' : 'decryption')
    },
    replyKey(header: string): EncryptionPublicJwk {
      if (header.length > MAX_HEADER_LENGTH) throw invalid(REPLY_KEY_HEADER)
      return reading(REPLY_KEY_HEADER, () => parseReplyKey(header))
    },
    seal: (recipient, body, options) => sealed(jose, encryptionPublicJwk(recipient), body, options),
  } satisfies BodyEncryption)
}

async function sealed(
  { importJWK, CompactEncrypt }: JoseModule,
  recipient: EncryptionPublicJwk,
  body: Uint8Array,
  { contentType, replyKey }: Parameters<BodyEncryption['seal']>[2],
): Promise<string> {
  const { kid, ...members } = recipient
  const reply = replyKey === undefined ? {} : { [REPLY_MEMBER]: encryptionPublicJwk(replyKey) }
  const header = { alg: ALGORITHM, enc: ENCRYPTION, ...(kid === undefined ? {} : { kid }), cty: contentType, ...reply }
  try {
    const key = await importJWK(members, ALGORITHM)
    return await new CompactEncrypt(body).setProtectedHeader(header).encrypt(key as never)
  } catch {
    // What the library says may repeat the key.
    throw new RangeError('a key that nothing can be encrypted to')
  }
}

async function opened(
  { importJWK, compactDecrypt }: JoseModule,
  compact: string,
  key: EncryptionPrivateJwk,
): Promise<Uint8Array | undefined> {
  const { kid: _, ...members } = key
  const imported = await importJWK(members, ALGORITHM)
  try {
    const options = { keyManagementAlgorithms: [ALGORITHM], contentEncryptionAlgorithms: [ENCRYPTION] }
    return (await compactDecrypt(compact, imported as never, options)).plaintext
  } catch {
    return undefined
  }
}

interface BodyHeader extends Omit<OpenedBody, 'body'> {
  readonly kid: string | undefined
}

/** What the header says, before any of it is used. Only the decryption proves it. */
function headerOf(compact: string): BodyHeader {
  const end = compact.indexOf('.')
  // RFC 7516 section 7.1; with ECDH-ES in direct mode the encrypted key is empty (RFC 7518 section 4.6).
  if (end < 1 || end > MAX_HEADER_LENGTH || compact[end + 1] !== '.') throw invalid('form')
  const header = reading('header', () => parseBase64urlJsonObject(compact.slice(0, end)))
  for (const name of Object.keys(header)) if (!members.has(name)) throw invalid(name)
  const { alg, enc, kid, cty, [REPLY_MEMBER]: reply } = header
  if (alg !== ALGORITHM || enc !== ENCRYPTION || !isJsonObject(header['epk'])) throw invalid('algorithm')
  if (kid !== undefined && typeof kid !== 'string') throw invalid('kid')
  return {
    kid,
    contentType: mediaType(cty),
    replyKey: reply === undefined ? undefined : reading(REPLY_MEMBER, () => encryptionPublicJwk(reply)),
  }
}

/** RFC 7515 section 4.1.10: `application/` may be left out. */
function mediaType(cty: unknown): string {
  if (cty === undefined) return 'application/octet-stream'
  if (typeof cty !== 'string' || cty.length > MAX_TYPE_LENGTH || !MEDIA_TYPE.test(cty)) throw invalid('cty')
  return cty.includes('/') ? cty : `application/${cty}`
}

function textOf(bytes: Uint8Array): string {
  return reading('form', () => decodeUtf8(bytes))
}

function reading<Read>(part: string, read: () => Read): Read {
  try {
    return read()
  } catch (cause) {
    throw new AuthError('encryption_invalid', { part }, { cause })
  }
}

function publicHalf(key: EncryptionPrivateJwk): Readonly<Record<string, string>> {
  const { kty, crv, x, y, kid } = key
  return y === undefined ? { kty, crv, x, kid } : { kty, crv, x, y, kid }
}

const invalid = (part: string): AuthError => new AuthError('encryption_invalid', { part })
