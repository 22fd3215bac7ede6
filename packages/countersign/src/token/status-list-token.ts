import { isJsonObject } from '../core/json.ts'
import type { EpochSeconds } from '../core/platform.ts'
import { AuthError } from '../core/refusal.ts'
import type { JwsAlgorithm } from '../crypto/index.ts'
import type { KeySet, SigningKey } from '../key/index.ts'
import { claimInvalid, requireTime } from './claim.ts'
import { signJws, verifyJws } from './jws.ts'
import { type EncodedStatusList, StatusList } from './status-list.ts'

/** Token Status List section 5.1. */
export const STATUS_LIST_TYPE = 'statuslist+jwt'

/** Where a token's status stands: the `status_list` member of its claim `status` (section 6.2). */
export interface StatusReference {
  readonly idx: number
  readonly uri: string
}

export interface StatusListClaims {
  /** The address of the list, exactly as the tokens name it in `uri`. */
  readonly sub: string
  readonly iat: EpochSeconds
  readonly exp?: EpochSeconds
  /** So many seconds a reader may go without asking again. */
  readonly ttl?: number
  readonly status_list: EncodedStatusList
}

export interface StatusListExpectation {
  /** `uri` of the token that is asked about. */
  readonly uri: string
  /** Never taken from the token, and never one with a shared secret. */
  readonly algorithms: readonly JwsAlgorithm[]
  readonly now: EpochSeconds
  readonly clockToleranceSeconds?: number
  /** Longest accepted list, unpacked. Default 1 MiB. */
  readonly maxBytes?: number
}

export interface VerifiedStatusList {
  readonly list: StatusList
  readonly issuedAt: EpochSeconds
  readonly expiresAt: EpochSeconds | undefined
  readonly ttlSeconds: number | undefined
}

const DEFAULT_CLOCK_TOLERANCE_SECONDS = 5
/** A list of 1 MiB that does not compress at all, in base64url twice over. */
const MAX_LENGTH = 2 ** 21

/** Signs a status list token. Does not check the claims. */
export const signStatusListToken = (claims: StatusListClaims, key: SigningKey): string => signJws(STATUS_LIST_TYPE, claims, key)

/**
 * Verifies a status list token: the JWS, then type, address, time, and the list itself (section 8.3).
 *
 * Does not check that whoever signed it may speak for the token that is asked about: the caller chooses the keys.
 *
 * @throws {AuthError} `credential_malformed`, `token_invalid`, `token_expired`.
 */
export function verifyStatusListToken(compact: string, keys: KeySet, expect: StatusListExpectation): VerifiedStatusList {
  const algorithms = expect.algorithms.filter((algorithm) => algorithm !== 'HS256')
  const { payload } = verifyJws(compact, keys, { type: STATUS_LIST_TYPE, algorithms, maxLength: MAX_LENGTH })
  const { sub, iat, exp, ttl, status_list: list } = payload
  const tolerance = expect.clockToleranceSeconds ?? DEFAULT_CLOCK_TOLERANCE_SECONDS
  if (sub !== expect.uri) throw claimInvalid('sub')
  const issuedAt = requireTime(iat, 'iat')
  if (issuedAt > expect.now + tolerance) throw claimInvalid('iat')
  const expiresAt = exp === undefined ? undefined : requireTime(exp, 'exp')
  if (expiresAt !== undefined && expect.now >= expiresAt + tolerance) throw new AuthError('token_expired', { list: expect.uri })
  const ttlSeconds = ttl === undefined ? undefined : requireTime(ttl, 'ttl')
  if (ttlSeconds === 0) throw claimInvalid('ttl')
  return { list: StatusList.decode(list, expect.maxBytes), issuedAt, expiresAt, ttlSeconds }
}

/**
 * Reads the claim `status` of a token.
 *
 * @returns `undefined` when the token names no status list.
 * @throws {AuthError} `token_invalid` when it names one wrongly: its status cannot be known.
 */
export function statusReference(status: unknown): StatusReference | undefined {
  if (status === undefined) return undefined
  if (!isJsonObject(status)) throw claimInvalid('status')
  const { status_list: reference } = status
  if (reference === undefined) return undefined
  if (!isJsonObject(reference)) throw claimInvalid('status')
  const { idx, uri } = reference
  if (typeof idx !== 'number' || !Number.isSafeInteger(idx) || idx < 0) throw claimInvalid('status')
  if (typeof uri !== 'string' || uri.length > MAX_URI_LENGTH || !URL.canParse(uri)) throw claimInvalid('status')
  return { idx, uri }
}

const MAX_URI_LENGTH = 2048
