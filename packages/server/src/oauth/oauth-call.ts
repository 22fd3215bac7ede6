import { AsyncLocalStorage } from 'node:async_hooks'
import type { X509Certificate } from 'node:crypto'
import type { EpochMs } from 'countersign/core'
import type { OAuthClient } from './oauth-client.ts'
import type { Artifact, PersonalToken } from './oauth-store.ts'
import type { Position } from 'countersign/revocation'

/** Who is signed in at the browser that asks. The protocol library's session is nothing but this. */
export interface BrowserSession {
  readonly id: string
  readonly user: string
  /** In epoch seconds. */
  readonly authenticatedAt: number
  readonly amr: readonly string[]
  readonly acr: string | undefined
}

/** What a client has proved to hold in its TLS handshake. */
export interface PresentedCertificate {
  readonly certificate: X509Certificate
  /** Somebody whom we trust has signed it, for clients: TLS has found that out, or the named proxy. */
  readonly isVerified: boolean
}

/** What a page is to send on to the client, as a form (OAuth 2.0 Form Post Response Mode). */
export interface PostedAnswer {
  /** Where the client has asked to be called back: an address that it has registered. */
  readonly to: string
  readonly fields: Readonly<Record<string, string>>
}

/**
 * What a token request is about to change; of every other request nothing is. The library writes step by step; all of it is collected here,
 * and committed at once before the answer goes out (`OAuthStore.redeem`).
 */
export interface TokenRequest {
  /** As it was shown. */
  redeemed: { readonly model: string; readonly handedOut: string } | undefined
  /** The access token that was signed, of a person. */
  token: PersonalToken | undefined
  /** The refresh token beside it. */
  refreshToken: Artifact | undefined
}

/** What is known of the request that the protocol library works on, while it does. */
export interface OAuthCall {
  readonly path: string
  /** The network address that it comes from, where it is known. */
  readonly address: string | undefined
  readonly arrivedAt: EpochMs
  readonly session: BrowserSession | undefined
  /** The client's secret as it was shown, and how; undefined when none was. */
  readonly secret: { readonly text: string; readonly method: 'client_secret_basic' | 'client_secret_post' } | undefined
  /** Within its dates; undefined where there is none. */
  readonly certificate: PresentedCertificate | undefined
  readonly tokenRequest: TokenRequest
  /** The client that was looked at last, and what the library was told of it: once in a request, so that it sees one and the same. */
  client: OAuthClient | undefined
  clientMetadata: Readonly<Record<string, unknown>> | undefined
  /** Where the log ended before the first fact was read that a token relies on: no token claims to have seen more. */
  seenAt: Position | undefined
  /** What the library calls its successor, and what we call it. */
  successor: { readonly from: string; readonly to: string } | undefined
  /** Nothing more is counted of what it leaves with us: it was, or it is about what we had before. */
  isCounted: boolean
  /** When to ask again, where it is refused until then. */
  retryAfterSeconds: number | undefined
  /** What goes to the client by a form. */
  posted: PostedAnswer | undefined
}

export const oauthCalls: AsyncLocalStorage<OAuthCall> = new AsyncLocalStorage()

/** @throws {Error} outside of a request. */
export function currentCall(): OAuthCall {
  const call = oauthCalls.getStore()
  if (call === undefined) throw new Error('the protocol library works on no request')
  return call
}

/** Before facts of which a token tells, or in one with them (DESIGN 4): what ends one of them later stands behind it in the log. */
export function noteSeen(rev: Position): void {
  const call = currentCall()
  call.seenAt = Math.min(rev, call.seenAt ?? rev)
}
