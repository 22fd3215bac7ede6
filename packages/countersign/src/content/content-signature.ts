import { encodeBase64url } from '../core/base64url.ts'
import { type Clock, type EpochSeconds, systemClock, toEpochSeconds } from '../core/platform.ts'
import { AuthError } from '../core/refusal.ts'
import { openStatement, signStatement } from './content-jws.ts'
import type { ContentKeySet, ContentSigningKey } from './content-key.ts'

/** What a content is known by. */
export interface ContentDigest {
  /** base64url. */
  readonly sha256: string
  /** In bytes. */
  readonly size: number
}

export interface SignedContent extends ContentDigest {
  /** As whoever signed says. */
  readonly signedAt: EpochSeconds
}

export interface ContentVerification {
  /** A JWK Set with the keys that are believed. */
  readonly keys: ContentKeySet
  /** The longest content that is held in memory. Default 64 MiB. */
  readonly maxBytes?: number
}

const MIB = 2 ** 20
const DEFAULT_BYTES = 64 * MIB
const MAX_CHARACTERS = 4096

/**
 * The digest of a content that fits into memory, in a browser too. For one that does not, `streamDigest` of `countersign/crypto`.
 *
 * @throws {AuthError} `content_too_large`.
 */
export async function digestContent(
  content: Uint8Array | Blob | ReadableStream<Uint8Array>,
  maxBytes: number = DEFAULT_BYTES,
): Promise<ContentDigest> {
  const bytes = await bytesOf(content, maxBytes)
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes)
  return { sha256: encodeBase64url(new Uint8Array(digest)), size: bytes.byteLength }
}

/**
 * Signs a content: a JWS (RFC 7515) of its digest and size, which is kept beside it. Does not say what it is, nor where it belongs: a signed content that
 * was put in the place of another of the same key still verifies. For that there are manifests, or names inside the content.
 */
export function signContent({ sha256, size }: ContentDigest, key: ContentSigningKey, clock: Clock = systemClock): Promise<string> {
  return signStatement('content+jws', { iat: toEpochSeconds(clock.now()), size, 'sha-256': sha256 }, key)
}

/**
 * Verifies with a public key that this is the content that was signed, to the last bit.
 *
 * @throws {AuthError} `signature_invalid` for another key; `digest_mismatch` for another content; `credential_malformed`, `content_too_large`.
 */
export async function verifyContent(
  signature: string,
  content: Uint8Array | Blob | ReadableStream<Uint8Array>,
  { keys, maxBytes = DEFAULT_BYTES }: ContentVerification,
): Promise<SignedContent> {
  // Before the content is read: it may be long.
  const signed = await openContentSignature(signature, keys)
  if (signed.size > maxBytes) throw new AuthError('content_too_large', { size: signed.size })
  return requireSame(signed, await digestContent(content, Math.min(maxBytes, signed.size + 1)))
}

/** As `verifyContent`, of a content whose digest is known. @throws {AuthError}. */
export async function verifyContentDigest(signature: string, digest: ContentDigest, keys: ContentKeySet): Promise<SignedContent> {
  return requireSame(await openContentSignature(signature, keys), digest)
}

async function openContentSignature(signature: string, keys: ContentKeySet): Promise<SignedContent> {
  const statement = await openStatement('content+jws', signature, { keys, maxCharacters: MAX_CHARACTERS })
  const { iat, size, 'sha-256': sha256 } = statement
  if (!isCount(iat) || !isDigest({ sha256, size })) throw new AuthError('credential_malformed', { reason: 'content_statement' })
  return { sha256: String(sha256), size: Number(size), signedAt: iat }
}

function requireSame(signed: SignedContent, { sha256, size }: ContentDigest): SignedContent {
  // Neither is a secret.
  if (signed.sha256 !== sha256 || signed.size !== size) throw new AuthError('digest_mismatch', { reason: 'content' })
  return signed
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/** Whether both members have the form of a digest and a size. */
export const isDigest = ({ sha256, size }: { readonly sha256: unknown; readonly size: unknown }): boolean =>
  typeof sha256 === 'string' && /^[A-Za-z0-9_-]{43}$/.test(sha256) && isCount(size)

async function bytesOf(content: Uint8Array | Blob | ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (content instanceof Uint8Array) return new Uint8Array(bounded(content, maxBytes))
  if (content instanceof Blob) {
    if (content.size > maxBytes) throw new AuthError('content_too_large', { size: content.size })
    return new Uint8Array(await content.arrayBuffer())
  }
  return readAll(content, maxBytes)
}

const bounded = (bytes: Uint8Array, maxBytes: number): Uint8Array => {
  if (bytes.byteLength > maxBytes) throw new AuthError('content_too_large', { size: bytes.byteLength })
  return bytes
}

async function readAll(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength
    if (size > maxBytes) {
      await reader.cancel()
      throw new AuthError('content_too_large', { size })
    }
    chunks.push(next.value)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
