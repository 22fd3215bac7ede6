import { errors } from 'oidc-provider'
import type { AdapterGround } from './artifact-adapter.ts'
import type { TokenRequest } from './oauth-call.ts'

/**
 * Commits what a token request changes.
 *
 * @returns false when it may not be answered: somebody else was quicker, or what it goes back to has ended.
 */
export async function settle({ redeemed, token, refreshToken }: TokenRequest, ground: AdapterGround): Promise<boolean> {
  // Client credentials: nothing goes back to anybody.
  if (redeemed === undefined && token === undefined && refreshToken === undefined) return true
  if (redeemed === undefined || token === undefined) throw new Error('what is redeemed gives a token, and nothing else does')
  const { store, payloads, overlapMs } = ground
  const { model, handedOut } = redeemed
  const isRepeatable = model === 'RefreshToken' && overlapMs > 0
  return store.redeem({
    model,
    id: payloads.idOf(model, handedOut),
    repeatableAfter: isRepeatable ? token.at - overlapMs : undefined,
    token,
    successor: refreshToken,
  })
}

/** What is answered where `settle` has said no. */
export function lateRefusal(): { readonly status: number; readonly body: object } {
  const { error, error_description, statusCode } = new errors.InvalidGrant('somebody else was quicker, or what it goes back to has ended')
  return { status: statusCode, body: { error, error_description } }
}
