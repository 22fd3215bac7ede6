import { parseBase64urlJsonObject } from '../../core/json.ts'
import type { EpochSeconds } from '../../core/platform.ts'
import { equalText, runningDigest, sha256Base64url } from '../../crypto/index.ts'
import type { BodyBinding } from '../request-signature.ts'
import { malformedJwt } from './malformed.ts'
import type { RequestJwtPolicy } from './policy.ts'

/** What the JWT of one request says. */
export interface RequestJwtClaims {
  /** `jti`: accepted once. */
  readonly id: string
  readonly issuedAt: EpochSeconds
  readonly expiresAt: EpochSeconds
  /** `htm`. */
  readonly method: string | undefined
  /** `htu`: scheme, authority and path, and the query where there is one. */
  readonly uri: string | undefined
  /** `body_sha256`: base64url. */
  readonly bodySha256: string | undefined
}

const JWT_ID = /^[!-~]{1,128}$/
const SHA256 = /^[\w-]{43}$/

/** @throws {AuthError} `credential_malformed` with the claim at fault. */
export function requestJwtClaims(segment: string): RequestJwtClaims {
  const { jti, iat, exp, htm, htu, body_sha256 } = payloadOf(segment)
  return {
    id: textOf(jti, 'jti', JWT_ID) ?? refuse('jti'),
    issuedAt: secondsOf(iat, 'iat'),
    expiresAt: secondsOf(exp, 'exp'),
    method: textOf(htm, 'htm', /^[A-Z][A-Z-]{0,31}$/),
    uri: textOf(htu, 'htu', /^[!-~]{1,8192}$/),
    bodySha256: textOf(body_sha256, 'body_sha256', SHA256),
  }
}

/** A request whose JWT names no digest is one without a body, unless the route takes bodies that are left open. */
export function bodyBinding({ bodySha256: expected }: RequestJwtClaims, { unsignedPayload }: RequestJwtPolicy): BodyBinding {
  if (expected === undefined) return { kind: unsignedPayload ? 'unsigned' : 'none' }
  return {
    kind: 'digest',
    matches: (body) => equalText(sha256Base64url(body), expected),
    meter() {
      const digest = runningDigest('sha-256')
      return { update: (chunk) => digest.update(chunk), matches: () => equalText(base64urlOf(digest.text('base64')), expected) }
    },
  }
}

export function coveredBy({ method, uri, bodySha256 }: RequestJwtClaims): readonly string[] {
  const covered = { htm: method, htu: uri, body_sha256: bodySha256 }
  return Object.entries(covered).flatMap(([name, value]) => (value === undefined ? [] : [name]))
}

const base64urlOf = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

function payloadOf(segment: string): Record<string, unknown> {
  try {
    return parseBase64urlJsonObject(segment)
  } catch {
    throw malformedJwt('payload')
  }
}

function textOf(value: unknown, claim: string, form: RegExp): string | undefined {
  if (value === undefined) return undefined
  return typeof value === 'string' && form.test(value) ? value : refuse(claim)
}

/** Whole seconds, as every library writes them here. */
function secondsOf(value: unknown, claim: string): EpochSeconds {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse(claim)
}

function refuse(claim: string): never {
  throw malformedJwt(claim)
}
