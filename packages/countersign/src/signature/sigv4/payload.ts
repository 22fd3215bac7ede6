import { digestText, equalText, runningDigest } from '../../crypto/index.ts'
import type { BodyBinding, BodyMeter } from '../request-signature.ts'
import { malformedSigV4 } from './malformed.ts'

/** SHA-256 of no bytes. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
/** Stands in place of a digest when the signer left the body open. */
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

const SHA256_LENGTH = 64

/** What a signature says about the body. */
export interface Payload {
  /** The last line of the canonical request; `undefined` when the request does not name it. */
  readonly line: string | undefined
  readonly binding: BodyBinding
}

/**
 * Reads `x-<provider>-content-sha256`.
 *
 * @throws {AuthError} `credential_malformed`: neither a digest nor `UNSIGNED-PAYLOAD`. Bodies that are signed chunk by chunk
 *   (`STREAMING-…`) are among them.
 */
export function announcedPayload(line: string | undefined): Payload {
  if (line === undefined) return { line, binding: { kind: 'inside' } }
  if (line === UNSIGNED_PAYLOAD) return { line, binding: { kind: 'unsigned' } }
  if (line.startsWith('STREAMING-')) throw malformedSigV4('content_sha256', 'sign the whole body: chunk signatures are not read here')
  // What is no lower-case hex is equal to no digest.
  if (line.length !== SHA256_LENGTH) throw malformedSigV4('content_sha256')
  return { line, binding: new Sha256Binding(line) }
}

/** A class: two closures for every request would cost more. */
class Sha256Binding {
  readonly kind = 'digest'
  readonly #expected: string

  constructor(expected: string) {
    this.#expected = expected
  }

  matches(body: Uint8Array): boolean {
    return equalText(digestText('sha-256', body, 'hex'), this.#expected)
  }

  meter(): BodyMeter {
    const digest = runningDigest('sha-256')
    return { update: (chunk) => digest.update(chunk), matches: () => equalText(digest.text('hex'), this.#expected) }
  }
}
