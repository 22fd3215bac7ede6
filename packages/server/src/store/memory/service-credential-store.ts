import type { EpochMs } from 'countersign/core'
import type { ServiceCredential, ServiceCredentialStore } from '../../credential/service-credential-store.ts'
import type { Tables } from './tables.ts'

export class MemoryServiceCredentialStore implements ServiceCredentialStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async add(credential: ServiceCredential): Promise<void> {
    if (this.#tables.services.has(credential.id)) throw new Error(`there is a service credential ${credential.id} already`)
    this.#tables.services.set(credential.id, credential)
  }

  async find(id: string): Promise<ServiceCredential | undefined> {
    return this.#tables.services.get(id)
  }

  async list(): Promise<readonly ServiceCredential[]> {
    return [...this.#tables.services.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  }

  async remove(id: string, at: EpochMs): Promise<boolean> {
    if (!this.#tables.services.has(id)) return false
    this.#tables.log.append({ kind: 'credential', target: { kind: 'key', id }, mode: 'hard', at })
    this.#tables.endCallerKeys(({ owner }) => owner.kind === 'service' && owner.id === id, at)
    for (const rule of [...this.#tables.trustRules.values()]) {
      if (rule.service !== id) continue
      this.#tables.log.cutOff({ kind: 'client', id: rule.id }, 'hard', at)
      this.#tables.trustRules.delete(rule.id)
    }
    return this.#tables.services.delete(id)
  }
}
