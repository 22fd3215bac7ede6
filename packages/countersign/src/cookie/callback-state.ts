import { AuthError, type Clock, encodeBase64url, isJsonObject, parseJson, type Random, systemRandom } from '../core/index.ts'
import { equalText, sha256Base64url } from '../crypto/index.ts'
import { readCookie } from './cookie-header.ts'
import { createEncryptedCookies } from './encrypted-cookie.ts'
import { clearCookie, setCookie } from './set-cookie.ts'

export interface CallbackStateOptions {
  /** The first seals, all open. Each at least 32 bytes. */
  readonly keys: readonly Uint8Array[]
  readonly clock: Clock
  /** Where a state is claimed when it comes back, so that it does once: a replay store. With several processes, one that they share. */
  readonly claims: { claim(scope: string, id: string, expiresAt: number): Promise<boolean> }
  readonly random?: Random
  /** How long somebody may take elsewhere. Default 600. */
  readonly lifeSeconds?: number
  /** False only where there is no https: the cookie's name then has no prefix `__Host-`. Default true. */
  readonly secure?: boolean
  /** Where the answer comes as a form of the other site (`response_mode=form_post`): `none`. Default `lax`. */
  readonly sameSite?: 'lax' | 'none'
}

export interface CallbackRequest {
  /** Where to go afterwards: a path of this site. */
  readonly returnTo: string
  /** Who is asked, as the caller names them (an issuer): an answer for somebody else is refused. */
  readonly party: string
}

/** What the redirect to the other site carries, and the cookie that goes with it. */
export interface CallbackBegun {
  /** 256 random bits. */
  readonly state: string
  /** For OpenID Connect: stands in the ID token. */
  readonly nonce: string
  /** RFC 7636, method `S256`. */
  readonly codeChallenge: string
  /** The value of a `Set-Cookie` header. */
  readonly setCookie: string
}

/** What was begun, once it has come back to the browser that began it. */
export interface CallbackFinished {
  readonly returnTo: string
  readonly nonce: string
  /** RFC 7636: goes to the token endpoint. */
  readonly codeVerifier: string
  /** The value of a `Set-Cookie` header that takes the cookie away. */
  readonly clearCookie: string
}

export interface CallbackStates {
  /** @throws {TypeError} `returnTo` leads elsewhere. */
  begin(request: CallbackRequest): CallbackBegun
  /**
   * @param state As it came back.
   * @param cookies The header `Cookie` of the request that it came back with.
   * @throws {AuthError} `callback_invalid`: it was not begun in this browser, with this party, is over, or has come back before.
   */
  finish(party: string, state: string | undefined, cookies: string | undefined): Promise<CallbackFinished>
}

const NAME = 'cs_callback'
const SCOPE = 'callback-state/1'
const STATE = /^[A-Za-z0-9_-]{43}$/
/** So much of a state names its cookie: several tabs begin without being in each other's way. */
const NAMED_BY = 8
const MAX_RETURN_LENGTH = 1024

/**
 * The state of redirects that come back (RFC 6749 section 10.12, RFC 9700 section 4.7): unguessable, tied to the browser by a sealed cookie that also
 * keeps the PKCE verifier, the nonce and the way back, good once and for minutes. So an answer that somebody else has got for themselves
 * is worth nothing in this browser, and this browser's answer nothing elsewhere.
 *
 * Does not check who answers (RFC 9207): compare `iss`, and give the party that was asked.
 *
 * @throws {RangeError} No key, or one with fewer than 32 bytes.
 */
export function createCallbackState(options: CallbackStateOptions): CallbackStates {
  const { keys, clock, claims, random = systemRandom, lifeSeconds = 600, secure = true, sameSite = 'lax' } = options
  const codec = createEncryptedCookies({ keys, clock, random })
  const attributes = { secure, sameSite }
  const nameOf = (state: string): string => `${secure ? '__Host-' : ''}${NAME}_${state.slice(0, NAMED_BY)}`
  return Object.freeze({
    begin({ returnTo, party }: CallbackRequest): CallbackBegun {
      if (!isOwnPath(returnTo)) throw new TypeError('the way back from a callback is a path of this site')
      const [state, nonce, verifier] = [secretOf(random), secretOf(random), secretOf(random)]
      const name = nameOf(state)
      const sealed = codec.write(name, JSON.stringify([state, party, nonce, verifier, returnTo]), { expiresInSeconds: lifeSeconds })
      return {
        state,
        nonce,
        codeChallenge: sha256Base64url(verifier),
        setCookie: setCookie(name, sealed, { ...attributes, maxAgeSeconds: lifeSeconds }),
      }
    },
    async finish(party: string, state: string | undefined, cookies: string | undefined): Promise<CallbackFinished> {
      if (state === undefined || !STATE.test(state)) throw invalid('state')
      const name = nameOf(state)
      const sealed = readCookie(cookies, name)
      if (sealed === undefined || sealed === '') throw invalid('other_browser')
      const [begun, asked, nonce, codeVerifier, returnTo] = contentOf(() => codec.read(name, sealed).value)
      if (!equalText(begun, state)) throw invalid('other_state')
      if (!equalText(asked, party)) throw invalid('other_party')
      if (!(await claims.claim(SCOPE, state, clock.now() + lifeSeconds * 1000))) throw invalid('used')
      return { returnTo, nonce, codeVerifier, clearCookie: clearCookie(name, attributes) }
    },
  })
}

const secretOf = (random: Random): string => encodeBase64url(random.bytes(32))

const invalid = (reason: string): AuthError => new AuthError('callback_invalid', { reason })

/** A path and nothing that a browser takes for the name of a host (`//`, `/\`), nor what it drops from an address (tabs, line ends). */
const isOwnPath = (path: string): boolean => path.length <= MAX_RETURN_LENGTH && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path)

type Content = readonly [state: string, party: string, nonce: string, codeVerifier: string, returnTo: string]

function contentOf(read: () => string): Content {
  let value: string
  try {
    value = read()
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    throw new AuthError('callback_invalid', { reason: error.code }, { cause: error })
  }
  const parsed = parseJson(value)
  // What was sealed with our keys under this name is what `begin` has written.
  if (isJsonObject(parsed) || !Array.isArray(parsed)) throw invalid('content')
  return parsed as unknown as Content
}
