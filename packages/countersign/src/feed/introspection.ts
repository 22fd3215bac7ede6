import { isJsonObject, type Platform, parseJsonBytes } from '../core/index.ts'
import { fetchBounded } from './bounded-fetch.ts'

export interface IntrospectionOptions {
  /** `introspection_endpoint` of the issuer's discovery document; undefined as long as that was not read. */
  readonly url: () => string | undefined
  /** A service credential (`cs_svc_…`), or whatever an issuer takes as a Bearer credential; or the client as which it knows us. */
  readonly credential: string | IntrospectingClient
  readonly platform: Platform
}

/** RFC 6749 section 2.3.1: sent by HTTP Basic authentication. */
export interface IntrospectingClient {
  readonly clientId: string
  readonly clientSecret: string
}

/** Asks the issuer about single tokens. */
export interface Introspection {
  introspect(token: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined>
}

/** A token holds 8192 characters at most, and its claims no more. */
const MAX_BYTES = 65_536

/**
 * Asks the issuer's introspection endpoint (RFC 7662 section 2). The issuer is trusted as far as its TLS certificate goes: the answer is
 * plain JSON, not the signed form of RFC 9701.
 *
 * Does not check the claims of an active token.
 */
export function createIntrospection({ url, credential, platform }: IntrospectionOptions): Introspection {
  return {
    async introspect(token, signal) {
      const address = url()
      if (address === undefined) throw new Error('the issuer names no introspection endpoint')
      const form = new URLSearchParams({ token, token_type_hint: 'access_token' })
      const request = {
        platform,
        accept: 'application/json',
        maxBytes: MAX_BYTES,
        signal,
        authorization: authorizationOf(credential),
        form,
      }
      return activeClaims(parseJsonBytes(await fetchBounded(address, request)))
    },
  }
}

function authorizationOf(credential: string | IntrospectingClient): string {
  if (typeof credential === 'string') return `Bearer ${credential}`
  return `Basic ${btoa(`${formEncoded(credential.clientId)}:${formEncoded(credential.clientSecret)}`)}`
}

/** As RFC 6749 appendix B has it. What comes out is ASCII. */
const formEncoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)

/** RFC 7662 section 2.2: `active` is there and a boolean, or this is no answer. */
function activeClaims(answer: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isJsonObject(answer) || typeof answer['active'] !== 'boolean') throw new Error('the answer of the issuer is no introspection')
  return answer['active'] ? answer : undefined
}
