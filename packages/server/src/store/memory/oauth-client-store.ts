import type { EpochMs } from 'countersign/core'
import type { OAuthClientStore, SecretRotation } from '../../oauth/client-store.ts'
import type { OAuthClient } from '../../oauth/oauth-client.ts'
import type { Tables } from './tables.ts'

export class MemoryOAuthClientStore implements OAuthClientStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async add(client: OAuthClient): Promise<void> {
    this.#tables.oauthClients.set(client.id, client)
  }

  async find(id: string): Promise<OAuthClient | undefined> {
    return this.#tables.oauthClients.get(id)
  }

  async list(): Promise<readonly OAuthClient[]> {
    return [...this.#tables.oauthClients.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  }

  async rotateSecret({ id, secretHash, formerUntil }: SecretRotation): Promise<boolean> {
    const client = this.#tables.oauthClients.get(id)
    if (client?.secretHash === undefined) return false
    this.#tables.oauthClients.set(id, { ...client, secretHash, formerSecretHash: client.secretHash, formerUntil })
    return true
  }

  async setDisabled(id: string, isDisabled: boolean, at: EpochMs): Promise<boolean> {
    const client = this.#tables.oauthClients.get(id)
    if (client === undefined) return false
    if (isDisabled) this.#tables.log.cutOff({ kind: 'client', id }, 'hard', at)
    this.#tables.oauthClients.set(id, { ...client, disabledAt: isDisabled ? (client.disabledAt ?? at) : undefined })
    return true
  }

  async remove(id: string, at: EpochMs): Promise<boolean> {
    if (!this.#tables.oauthClients.has(id)) return false
    this.#tables.log.cutOff({ kind: 'client', id }, 'hard', at)
    this.#tables.oauthClients.delete(id)
    for (const grant of [...this.#tables.grants.values()]) if (grant.client === id) this.#tables.grants.delete(grant.id)
    return true
  }
}
