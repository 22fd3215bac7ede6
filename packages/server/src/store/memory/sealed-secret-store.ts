import type { SealedSecretStore } from '../../credential/sealed-secret-store.ts'
import type { Tables } from './tables.ts'

export class MemorySealedSecretStore implements SealedSecretStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async keep(name: string, sealed: string): Promise<string> {
    const known = this.#tables.sealedSecrets.get(name)
    if (known === undefined) this.#tables.sealedSecrets.set(name, sealed)
    return known ?? sealed
  }

  async replace(name: string, sealed: string, next: string): Promise<boolean> {
    if (this.#tables.sealedSecrets.get(name) !== sealed) return false
    this.#tables.sealedSecrets.set(name, next)
    return true
  }
}
