import type { EpochSeconds } from 'countersign/core'
import type { Payload } from './artifact-payload.ts'
import { REFRESH_DAYS } from './endpoint.ts'
import { isObject } from './requested-claims.ts'

const DAY_SECONDS = 86_400
/** Unused for so long, a refresh token ends; and all that succeed it so long after the first. */
const IDLE_SECONDS = 30 * DAY_SECONDS
const LIFE_SECONDS = REFRESH_DAYS * DAY_SECONDS

/** How long a refresh token lives that is handed out so long after the first of its family. */
export const refreshSeconds = (familySeconds: number): number => Math.max(1, Math.min(IDLE_SECONDS, LIFE_SECONDS - familySeconds))

/** As the protocol library keeps it: a refresh token that is bound to nothing, and asks for scopes of one audience. */
export interface PlainRefreshPayload {
  readonly kind: 'RefreshToken'
  readonly accountId: string
  readonly clientId: string
  readonly grantId: string
  readonly gty: string
  readonly scope: string
  readonly resource: string
  readonly sessionUid: string
  readonly iat: EpochSeconds
  readonly exp: EpochSeconds
  /** When the first of its family was handed out. */
  readonly iiat: EpochSeconds
  readonly rotations?: number
  readonly sid?: string
  readonly nonce?: string
  readonly acr?: string
  readonly amr?: readonly string[]
  readonly authTime?: EpochSeconds
}

const plainMembers: Readonly<Record<keyof PlainRefreshPayload, true>> = {
  kind: true,
  accountId: true,
  clientId: true,
  grantId: true,
  gty: true,
  scope: true,
  resource: true,
  sessionUid: true,
  iat: true,
  exp: true,
  iiat: true,
  rotations: true,
  sid: true,
  nonce: true,
  acr: true,
  amr: true,
  authTime: true,
}

/** @returns undefined where another member (`jkt`, `claims`, …) says that there is more to look at. */
export function plainRefresh({ jti: _handedOut, expiresWithSession = false, ...payload }: Payload): PlainRefreshPayload | undefined {
  const isPlain = expiresWithSession === false && Object.keys(payload).every((name) => Object.hasOwn(plainMembers, name))
  const texts = [payload['accountId'], payload['grantId'], payload['gty'], payload['scope'], payload['resource'], payload['sessionUid']]
  // Nothing but the library and its double write the rest.
  return isPlain && texts.every((text) => typeof text === 'string') ? (payload as unknown as PlainRefreshPayload) : undefined
}

/** As the protocol library keeps it: what a person has allowed, nothing of which was taken back. */
export interface PlainGrantPayload {
  readonly accountId: string
  readonly clientId: string
  readonly exp: EpochSeconds
  readonly openid?: { readonly scope?: string }
  /** Scopes by audience. */
  readonly resources?: Readonly<Record<string, string>>
}

/** @returns undefined where there is more to look at. */
export function plainGrant(payload: Payload): PlainGrantPayload | undefined {
  const { rejected = {}, rar } = payload
  const isPlain = rar === undefined && isObject(rejected) && Object.keys(rejected).length === 0
  // Nothing but the library writes the rest.
  return isPlain ? (payload as unknown as PlainGrantPayload) : undefined
}
