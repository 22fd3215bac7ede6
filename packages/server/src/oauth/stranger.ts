import { AuthError } from 'countersign/core'
import { errors } from 'oidc-provider'
import { endpoints } from './endpoint.ts'
import { currentCall, type OAuthCall } from './oauth-call.ts'

/** How much of people that nobody knows is kept. */
export interface Strangers {
  /** @throws {AuthError} `rate_limited` with `retryAfterSeconds`. */
  admit(address: string | undefined): Promise<void>
}

/**
 * Stands before everything that the protocol library keeps: of a person who is not signed in, and of a client that has not proved itself, no more
 * than the bound allows. Whatever of it a request leaves, it counts once; a request that leaves nothing counts nothing.
 *
 * @throws {AuthError} `rate_limited` where a person waits for a page. A client gets the error document of the protocol, with the same status
 * (RFC 9126 section 2.3). Not `slow_down`, which tells a device that has its code to ask for tokens less often (RFC 8628 section 3.5).
 */
export async function admitStranger(model: string, strangers: Strangers): Promise<void> {
  const call = currentCall()
  if (call.isCounted || !isOfStranger(model, call)) return
  call.isCounted = true
  try {
    await strangers.admit(call.address)
  } catch (error) {
    if (model === 'Interaction' || !(error instanceof AuthError) || error.code !== 'rate_limited') throw error
    call.retryAfterSeconds = Number(error.detail['retryAfterSeconds'])
    const refusal = new errors.TemporarilyUnavailable('too many such requests come from there; try again later')
    throw Object.assign(refusal, { status: 429, statusCode: 429 })
  }
}

function isOfStranger(model: string, { path, session, clientMetadata }: OAuthCall): boolean {
  if (session !== undefined) return false
  switch (model) {
    // A client only names itself where it sends somebody to us: who asks is the person.
    case 'Interaction':
      return true
    case 'DeviceCode':
    case 'PushedAuthorizationRequest':
      return isUnproven(clientMetadata)
    // At the token endpoint a proof is noted once everything else is right.
    case 'ReplayDetection':
      return path !== endpoints.token && isUnproven(clientMetadata)
    default:
      return false
  }
}

const isUnproven = (metadata: OAuthCall['clientMetadata']): boolean => metadata?.['token_endpoint_auth_method'] === 'none'
