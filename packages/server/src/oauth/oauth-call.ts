import { AsyncLocalStorage } from 'node:async_hooks'
import type { EpochMs } from 'countersign/core'

/** Who is signed in at the browser that asks. The protocol library's session is nothing but this. */
export interface BrowserSession {
  readonly id: string
  readonly user: string
  /** In epoch seconds. */
  readonly authenticatedAt: number
  readonly amr: readonly string[]
  readonly acr: string | undefined
}

/** What is known of the request that the protocol library works on, while it does. */
export interface OAuthCall {
  readonly arrivedAt: EpochMs
  readonly session: BrowserSession | undefined
  /** The client's secret as it was shown, and how; undefined when none was. */
  readonly secret: { readonly text: string; readonly method: 'client_secret_basic' | 'client_secret_post' } | undefined
  /** What is being redeemed, as it was shown. */
  redeemed: { readonly model: string; readonly handedOut: string } | undefined
  /** What the library calls its successor, and what we call it. */
  successor: { readonly from: string; readonly to: string } | undefined
}

export const oauthCalls: AsyncLocalStorage<OAuthCall> = new AsyncLocalStorage()

/** @throws {Error} outside of a request. */
export function currentCall(): OAuthCall {
  const call = oauthCalls.getStore()
  if (call === undefined) throw new Error('the protocol library works on no request')
  return call
}
