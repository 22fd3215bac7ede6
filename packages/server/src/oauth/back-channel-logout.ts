import { type EpochMs, newId, type Platform, parseJsonObject, toEpochSeconds } from 'countersign/core'
import { signJws } from 'countersign/token'
import { type Courier, type Destination, type Job, type NewJob, type Outbound, OutboundError, type Outcome } from '../delivery/index.ts'
import type { SigningKeys } from '../signing/index.ts'
import type { OAuthClientStore } from './client-store.ts'
import type { SessionClient } from './session-client-store.ts'

/** The kind of destination that a client is; its id is the client's. */
export const BACK_CHANNEL_LOGOUT = 'back-channel-logout'

const TYPE = 'logout+jwt'
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** Section 2.4 of the specification: two minutes at most. */
const LIFE_SECONDS = 120
/** With the pauses below: most of a day. */
const MOST_ATTEMPTS = 24
const BAD_REQUEST = 400
/** Each ends a session of its own: those that wait for hours must not be all that is looked at. */
const IN_PLAY = 1000

export const logoutDestination = (client: string, createdAt: EpochMs): Destination => ({
  id: client,
  kind: BACK_CHANNEL_LOGOUT,
  owner: undefined,
  state: 'open',
  reason: undefined,
  settings: '{}',
  position: 0,
  revision: 1,
  createdAt,
})

/** A session ends once: whoever deals it again makes the same job. */
export const logoutJob = ({ session, client, user }: SessionClient, createdAt: EpochMs): NewJob => ({
  id: `${client}.${session}`,
  destination: client,
  payload: JSON.stringify({ session, user }),
  urgent: false,
  createdAt,
})

/** Whose session has ended. Nothing but `logoutJob` writes it, so the cast holds. */
export const endedOf = ({ payload }: Pick<NewJob, 'payload'>): Omit<SessionClient, 'client'> =>
  parseJsonObject(payload) as unknown as Omit<SessionClient, 'client'>

export interface BackChannelLogoutOptions {
  readonly issuer: string
  readonly clients: Pick<OAuthClientStore, 'find'>
  readonly keys: Pick<SigningKeys, 'current'>
  readonly outbound: Pick<Outbound, 'post'>
  readonly platform: Platform
}

/**
 * Tells clients that a session has ended (OpenID Connect Back-Channel Logout 1.0). Each attempt sends a token of its own, signed by the key of
 * that moment: one that waited for a day would have expired, and one that was sent twice would look like a replay.
 */
export function backChannelLogoutCourier(options: BackChannelLogoutOptions): Courier {
  return {
    kind: BACK_CHANNEL_LOGOUT,
    window: IN_PLAY,
    each: 8,
    backOff: { firstMs: 2000, longestMs: 7_200_000 },
    async deliver(job, { id }, signal) {
      const client = await options.clients.find(id)
      const uri = client?.disabledAt === undefined ? client?.backchannelLogoutUri : undefined
      if (uri === undefined) return { state: 'refused', problem: 'no_logout_uri' }
      return send(uri, logoutToken(job, id, options), { job, signal, outbound: options.outbound })
    },
  }
}

/** Section 2.4. Who does not need `sid` may go by `sub` alone. */
function logoutToken(job: Job, client: string, { issuer, keys, platform }: BackChannelLogoutOptions): string {
  const { session, user } = endedOf(job)
  const iat = toEpochSeconds(platform.clock.now())
  const claims = {
    ...{ iss: issuer, sub: user, aud: client, iat, exp: iat + LIFE_SECONDS },
    ...{ jti: newId('lgt', platform.random), events: { [EVENT]: {} }, sid: session },
  }
  return signJws(TYPE, claims, keys.current('access-token'))
}

interface Sending extends Pick<BackChannelLogoutOptions, 'outbound'> {
  readonly job: Job
  readonly signal: AbortSignal
}

async function send(url: string, token: string, { job, signal, outbound }: Sending): Promise<Outcome> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'countersign' }
  const body = new URLSearchParams({ logout_token: token }).toString()
  const isLast = job.attempt >= MOST_ATTEMPTS
  try {
    const { status } = await outbound.post({ url, headers, body, signal })
    const said = `HTTP ${status}`
    if (status >= 200 && status < 300) return { state: 'delivered', kept: said }
    // Section 2.8: the client's last word. Anything else may pass.
    return { state: isLast || status === BAD_REQUEST ? 'refused' : 'failed', problem: said }
  } catch (error) {
    if (error instanceof OutboundError) return { state: isLast ? 'refused' : 'failed', problem: error.code }
    throw error
  }
}
