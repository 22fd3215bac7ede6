import { encodeBase64url } from '../core/base64url.ts'
import { isJsonObject } from '../core/json.ts'
import { type Platform, systemPlatform } from '../core/platform.ts'
import { canBeSentAgain } from './authorized-fetch.ts'
import type { NewKeyPair } from './new-key-pair.ts'
import { ServerClock } from './server-clock.ts'
import { documentOf, problemCode } from './session-api.ts'

export interface DpopFetchOptions {
  /** Of `newKeyPair()`, on P-256 or Ed25519. What is bound to it is lost with it: keep it with `openKeyStore` where sessions outlive the page. */
  readonly key: NewKeyPair
  /** Clock, randomness and network; default: the real ones. */
  readonly platform?: Platform
}

const ID_BYTES = 16

/**
 * A `fetch` that proves with each request that it has the key (RFC 9449). As the `fetch` of a session client's platform it binds the session
 * when that signs in, and refreshes and uses it with proofs; by itself it adds the proof that `Authorization: DPoP …` needs. A server that
 * asks for a nonce, or says what time it is, gets the request once more for each. A body that can be read only once is not sent again, and
 * redirects are not followed, since a proof is for one URL.
 *
 * @throws {RangeError} A key on anything but P-256 or Ed25519.
 */
export function dpopFetch({ key, platform = systemPlatform }: DpopFetchOptions): typeof globalThis.fetch {
  const prover = new Prover(key, platform)
  return (input, init) => prover.fetch(input, init)
}

/** What one origin has told so far. */
interface Told {
  readonly clock: ServerClock
  nonce: string | undefined
}

class Prover {
  readonly #key: NewKeyPair
  readonly #algorithm: 'ES256' | 'EdDSA'
  readonly #platform: Platform
  readonly #origins = new Map<string, Told>()

  constructor(key: NewKeyPair, platform: Platform) {
    this.#key = key
    this.#algorithm = algorithmOf(key.privateKey)
    this.#platform = platform
  }

  async fetch(input: RequestInfo | URL, init: RequestInit | undefined): Promise<Response> {
    const isRequest = input instanceof Request
    const method = init?.method ?? (isRequest ? input.method : 'GET')
    const { url, method: usual } = new Request(isRequest ? input.url : input, { method })
    const told = this.#toldBy(new URL(url).origin)
    const send = async (): Promise<Response> => {
      const headers = new Headers(init?.headers ?? (isRequest ? input.headers : undefined))
      headers.set('dpop', await this.#proof(usual, url, headers.get('authorization'), told))
      const redirect = init?.redirect ?? (isRequest ? input.redirect : 'follow')
      return this.#platform.fetch(input, { ...init, headers, redirect: redirect === 'follow' ? 'error' : redirect })
    }
    let response = await send()
    // One more for either reason, each at most once.
    if ((await nonceIn(response, told)) && canBeSentAgain(input, init)) {
      await response.body?.cancel()
      response = await send()
    }
    if ((await told.clock.corrected(response)) !== undefined && canBeSentAgain(input, init)) {
      await response.body?.cancel()
      response = await send()
      await told.clock.judge(response)
    }
    told.nonce = response.headers.get('dpop-nonce') ?? told.nonce
    return response
  }

  async #proof(method: string, url: string, authorization: string | null, { clock, nonce }: Told): Promise<string> {
    const { origin, pathname } = new URL(url)
    const token = /^DPoP +(\S+)$/i.exec(authorization ?? '')?.[1]
    const claims = {
      jti: encodeBase64url(this.#platform.random.bytes(ID_BYTES)),
      htm: method,
      htu: origin + pathname,
      iat: clock.now(),
      ...(token === undefined ? {} : { ath: encodeBase64url(new Uint8Array(await subtle().digest('SHA-256', bytesOf(token)))) }),
      ...(nonce === undefined ? {} : { nonce }),
    }
    const { privateKey, publicKey: jwk } = this.#key
    const input = `${segment({ typ: 'dpop+jwt', alg: this.#algorithm, jwk })}.${segment(claims)}`
    const signing = this.#algorithm === 'ES256' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'Ed25519' }
    return `${input}.${encodeBase64url(new Uint8Array(await subtle().sign(signing, privateKey, bytesOf(input))))}`
  }

  #toldBy(origin: string): Told {
    const known = this.#origins.get(origin)
    if (known !== undefined) return known
    const told = { clock: new ServerClock(this.#platform.clock), nonce: undefined }
    this.#origins.set(origin, told)
    return told
  }
}

/** RFC 9449 section 8, of our servers and of others. */
async function nonceIn(response: Response, told: Told): Promise<boolean> {
  const nonce = response.headers.get('dpop-nonce')
  if (nonce === null || (response.status !== 401 && response.status !== 400)) return false
  told.nonce = nonce
  if ((response.headers.get('www-authenticate') ?? '').includes('use_dpop_nonce')) return true
  const document = await documentOf(response.clone())
  return problemCode(document) === 'proof_nonce_required' || (isJsonObject(document) && document['error'] === 'use_dpop_nonce')
}

function algorithmOf({ algorithm }: CryptoKey): 'ES256' | 'EdDSA' {
  const { name, namedCurve } = algorithm as Partial<EcKeyAlgorithm>
  if (name === 'Ed25519') return 'EdDSA'
  if (name === 'ECDSA' && namedCurve === 'P-256') return 'ES256'
  throw new RangeError('proofs are made with a key on P-256 or Ed25519')
}

const subtle = (): SubtleCrypto => globalThis.crypto.subtle
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const segment = (value: object): string => encodeBase64url(bytesOf(JSON.stringify(value)))
