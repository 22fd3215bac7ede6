import type { EpochMs } from 'countersign/core'
import type { KeyPurpose, KeyRevocation, KeyRotation, KeyState, KeyStore, StoredKey } from '../../signing/key-store.ts'
import type { Tables } from './tables.ts'

export class MemoryKeyStore implements KeyStore {
  readonly #tables: Tables
  readonly #tokenLifeMs: number

  constructor(tables: Tables, tokenLifeMs: number) {
    this.#tables = tables
    this.#tokenLifeMs = tokenLifeMs
  }

  async all(): Promise<readonly StoredKey[]> {
    return this.#keys().sort((a, b) => a.createdAt - b.createdAt)
  }

  async initialise(keys: readonly StoredKey[]): Promise<boolean> {
    const first = keys[0]
    if (first === undefined || this.#keys().some(({ purpose }) => keys.some((key) => key.purpose === purpose))) return false
    this.#noteChange(first.createdAt)
    for (const key of keys) this.#tables.keys.set(key.kid, key)
    return true
  }

  async rotate({ purpose, from, next, verifyUntil, at }: KeyRotation): Promise<'rotated' | 'lost'> {
    const current = this.#inState(purpose, 'current')
    if (current?.kid !== from) return 'lost'
    const successor = this.#successor(purpose)
    this.#noteChange(at)
    this.#put({ ...current, state: 'previous', verifyUntil })
    this.#put({ ...successor, state: 'current', activatedAt: at })
    this.#addNext(purpose, next)
    return 'rotated'
  }

  async revoke({ kid, next, at }: KeyRevocation): Promise<'revoked' | 'unknown'> {
    const key = this.#tables.keys.get(kid)
    if (key === undefined) return 'unknown'
    if (key.state === 'revoked') return 'revoked'
    const successor = key.state === 'current' ? this.#successor(key.purpose) : undefined
    this.#tables.log.cutOff({ kind: 'key', id: kid }, 'soft', at)
    this.#noteChange(at)
    this.#put({ ...key, state: 'revoked', verifyUntil: Math.max(key.verifyUntil ?? 0, at + this.#tokenLifeMs) })
    if (successor !== undefined) this.#put({ ...successor, state: 'current', activatedAt: at })
    if (key.state !== 'previous') this.#addNext(key.purpose, next)
    return 'revoked'
  }

  async retire(now: EpochMs): Promise<number> {
    const served = this.#keys().filter(({ state, verifyUntil }) => isServed(state) && verifyUntil !== undefined && verifyUntil <= now)
    if (served.length > 0) this.#noteChange(now)
    for (const { kid } of served) this.#tables.keys.delete(kid)
    return served.length
  }

  #keys(): StoredKey[] {
    return [...this.#tables.keys.values()]
  }

  #inState(purpose: KeyPurpose, state: KeyState): StoredKey | undefined {
    return this.#keys().find((key) => key.purpose === purpose && key.state === state)
  }

  #successor(purpose: KeyPurpose): StoredKey {
    const next = this.#inState(purpose, 'next')
    if (next === undefined) throw new Error(`there is no next signing key for ${purpose}`)
    return next
  }

  async reseal(kid: string, sealed: Uint8Array, next: Uint8Array): Promise<boolean> {
    const key = this.#tables.keys.get(kid)
    if (key === undefined || Buffer.compare(key.sealed, sealed) !== 0) return false
    this.#put({ ...key, sealed: next })
    return true
  }

  #addNext(purpose: KeyPurpose, next: StoredKey): void {
    this.#put({ ...next, purpose, state: 'next', activatedAt: undefined, verifyUntil: undefined })
  }

  #put(key: StoredKey): void {
    this.#tables.keys.set(key.kid, key)
  }

  #noteChange(at: EpochMs): void {
    this.#tables.log.append({ kind: 'keyset', target: { kind: 'issuer', id: '' }, mode: 'soft', at })
  }
}

const isServed = (state: KeyState): boolean => state === 'previous' || state === 'revoked'
