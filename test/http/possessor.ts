import { type Clock, encodeBase64url, systemRandom, toEpochSeconds } from 'countersign/core'
import { jwsAlgorithms } from 'countersign/crypto'
import { generateSigningKey, type SigningKey } from 'countersign/key'
import { createDpopProof } from 'countersign/token'
import { PASSWORD, type Reply, type ServerWorld } from './server-world.ts'

/** A program that keeps a key, and asks a server with proofs of it. */
export class Possessor {
  readonly key: SigningKey
  readonly #world: ServerWorld
  readonly #clock: Pick<Clock, 'now'>

  constructor(world: ServerWorld, clock: Pick<Clock, 'now'>, key: SigningKey = generateSigningKey('ES256')) {
    this.key = key
    this.#world = world
    this.#clock = clock
  }

  proof(method: string, path: string, more: { readonly accessToken?: string; readonly nonce?: string } = {}): string {
    const id = encodeBase64url(systemRandom.bytes(16))
    return createDpopProof(this.key, { method, uri: this.#world.url + path, id, issuedAt: toEpochSeconds(this.#clock.now()), ...more })
  }

  ask(method: string, path: string, body?: unknown, more: { readonly token?: string; readonly nonce?: string } = {}): Promise<Reply> {
    const { token, nonce } = more
    const proof = this.proof(method, path, {
      ...(token === undefined ? {} : { accessToken: token }),
      ...(nonce === undefined ? {} : { nonce }),
    })
    const headers = { DPoP: proof, ...(token === undefined ? {} : { authorization: `DPoP ${token}` }) }
    return this.#world.ask(method, path, { headers, ...(body === undefined ? {} : { body }) })
  }

  signIn(email: string): Promise<Reply> {
    return this.ask('POST', '/v1/sessions', { email, password: PASSWORD })
  }

  refresh(refreshToken: string): Promise<Reply> {
    return this.ask('POST', '/v1/sessions/refresh', { refresh_token: refreshToken })
  }

  /** As a device signs a challenge. */
  signature(purpose: 'enrolment' | 'challenge', challenge: string): string {
    const text = `countersign/device-${purpose}/1\n${this.#world.url}\n${challenge}`
    return jwsAlgorithms[this.key.algorithm].sign(this.key.privateKey, text)
  }
}
