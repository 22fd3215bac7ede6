import { AuthError } from '../core/refusal.ts'
import { type DigestAlgorithm, digestText, runningDigest } from '../crypto/index.ts'
import type { BodyMeter, DigestBinding } from './request-signature.ts'
import { encodeBase64, isInnerList, type Member, parseDictionary } from './structured-field/index.ts'

const ALGORITHMS: readonly DigestAlgorithm[] = ['sha-256', 'sha-512']
const HEAD = 'sha-256=:'
const USUAL_LENGTH = 54
/** More than all registered algorithms take together. */
const MAX_LENGTH = 1024

/**
 * Reads `Content-Digest` or `Repr-Digest` (RFC 9530 sections 2 and 3) into something that the body is held against. Every digest of a
 * known algorithm has to match, so that adding a weaker one gains nothing. Algorithms that are unknown or, by the registry, insecure
 * are ignored, but one good one is needed.
 *
 * Of `Repr-Digest` it is the caller's business to give the representation, without its content coding.
 *
 * @throws {AuthError} `credential_malformed`: not such a field, or without an algorithm that counts.
 */
export function readDigest(field: string): DigestBinding {
  if (field.length === USUAL_LENGTH && field.startsWith(HEAD) && field.endsWith('=:')) {
    return new OneDigest('sha-256', field.slice(HEAD.length, -1))
  }
  const digests = knownDigests(field)
  if (digests.length === 0) throw new AuthError('credential_malformed', { reason: 'digest_algorithm' })
  return digests.length === 1 ? (digests[0] as OneDigest) : new AllDigests(digests)
}

/**
 * Compares a body with the digest that came with it. Says nothing about who made the digest: only a signature that covers it does.
 *
 * @throws {AuthError} `digest_mismatch`; `credential_malformed` as `readDigest`.
 */
export function verifyContentDigest(field: string, body: Uint8Array): void {
  if (!readDigest(field).matches(body)) throw new AuthError('digest_mismatch')
}

/** The value of `Content-Digest` for a body (text counts as UTF-8). */
export function contentDigest(body: string | Uint8Array, algorithm: DigestAlgorithm = 'sha-256'): string {
  return `${algorithm}=:${digestText(algorithm, body, 'base64')}:`
}

class OneDigest implements DigestBinding {
  readonly kind = 'digest'
  readonly #algorithm: DigestAlgorithm
  readonly #expected: string

  constructor(algorithm: DigestAlgorithm, expected: string) {
    this.#algorithm = algorithm
    this.#expected = expected
  }

  matches(body: Uint8Array): boolean {
    // Body and digest are both the sender's own: there is no secret here whose comparison could tell anything.
    return digestText(this.#algorithm, body, 'base64') === this.#expected
  }

  meter(): BodyMeter {
    const running = runningDigest(this.#algorithm)
    return { update: (chunk) => running.update(chunk), matches: () => running.text('base64') === this.#expected }
  }
}

class AllDigests implements DigestBinding {
  readonly kind = 'digest'
  readonly #digests: readonly OneDigest[]

  constructor(digests: readonly OneDigest[]) {
    this.#digests = digests
  }

  matches(body: Uint8Array): boolean {
    return this.#digests.every((digest) => digest.matches(body))
  }

  meter(): BodyMeter {
    const meters = this.#digests.map((digest) => digest.meter())
    return {
      update: (chunk) => {
        for (const meter of meters) meter.update(chunk)
      },
      matches: () => meters.map((meter) => meter.matches()).every(Boolean),
    }
  }
}

function knownDigests(field: string): OneDigest[] {
  const digests: OneDigest[] = []
  for (const [name, member] of members(field)) {
    const algorithm = ALGORITHMS.find((known) => known === name)
    if (isInnerList(member) || member.bare.type !== 'bytes') throw malformed()
    if (algorithm !== undefined) digests.push(new OneDigest(algorithm, encodeBase64(member.bare.value)))
  }
  return digests
}

function members(field: string): ReadonlyMap<string, Member> {
  if (field.length > MAX_LENGTH) throw malformed()
  try {
    return parseDictionary(field)
  } catch {
    throw malformed()
  }
}

const malformed = (): AuthError => new AuthError('credential_malformed', { reason: 'digest_malformed' })
