import { isJsonObject } from '../core/json.ts'
import type { Clock, EpochMs } from '../core/platform.ts'
import { documentOf } from './session-api.ts'
import { type KeyPairAlgorithm, type NewKeyPair, newKeyPair } from './new-key-pair.ts'
import type { SigningCredential } from './signing-credential.ts'

export interface KeyRotationParts {
  readonly issuer: string
  readonly clock: Clock
  /** Sends a request that is signed with the credential as it is. */
  readonly send: (url: string, init: RequestInit) => Promise<Response>
  /** Called before the new key is used. */
  readonly onRotated: (next: SigningCredential) => void | Promise<void>
}

/** So long nothing is asked again, whatever answers say: a service must not keep a client busy with its keys. */
const REST_MS = 30_000
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/**
 * Replaces the key when an answer says that it is to be replaced, while the old one still works (DESIGN: rotation with overlap). Asking again
 * after an answer was lost gives the same successor.
 */
export class KeyRotation {
  readonly #parts: KeyRotationParts
  #restsUntil: EpochMs = Number.NEGATIVE_INFINITY
  #pair: NewKeyPair | undefined

  /** @throws {RangeError} The issuer would send the new secret in the clear. */
  constructor(parts: KeyRotationParts) {
    const { protocol, hostname } = new URL(parts.issuer)
    if (protocol !== 'https:' && !LOOPBACK.test(hostname)) throw new RangeError('issuer must use https: a new secret comes from there')
    this.#parts = parts
  }

  /** Whether the answer speaks of a successor and it is time to fetch it. */
  isDue({ headers }: Response): boolean {
    const isTold = headers.has('countersign-key-successor') || headers.has('countersign-key-rotate-by')
    return isTold && this.#parts.clock.monotonicMs() >= this.#restsUntil
  }

  /** @returns the credential to go on with; `undefined` when it did not come: the old one goes on, and the next answer speaks of it again. */
  async next(credential: SigningCredential): Promise<SigningCredential | undefined> {
    const { issuer, clock, send, onRotated } = this.#parts
    this.#restsUntil = clock.monotonicMs() + REST_MS
    const pair = await this.#pairFor(credential)
    const url = `${issuer.replace(/\/+$/, '')}/v1/access-keys/${encodeURIComponent(credential.keyId)}/rotate`
    const body = JSON.stringify(pair === undefined ? {} : { public_key: pair.publicKey })
    const response = await send(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, cache: 'no-store' })
    const next = response.status === 201 ? credentialOf(await documentOf(response), pair) : undefined
    if (next === undefined) return undefined
    await onRotated(next)
    this.#pair = undefined
    return next
  }

  /** The same pair until it is the key: a second question is about the same successor. */
  async #pairFor(credential: SigningCredential): Promise<NewKeyPair | undefined> {
    if (!('privateKey' in credential)) return undefined
    this.#pair ??= await newKeyPair(credential.privateKey.algorithm as KeyPairAlgorithm)
    return this.#pair
  }
}

function credentialOf(answer: unknown, pair: NewKeyPair | undefined): SigningCredential | undefined {
  const key = isJsonObject(answer) ? answer['access_key'] : undefined
  if (!isJsonObject(answer) || !isJsonObject(key) || typeof key['id'] !== 'string') return undefined
  const keyId = key['id']
  if (pair !== undefined) return { keyId, privateKey: pair.privateKey }
  const secret = answer['secret_access_key']
  return typeof secret === 'string' ? { keyId, secret } : undefined
}
