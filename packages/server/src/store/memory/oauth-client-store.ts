import type { EpochMs } from 'countersign/core'
import type { ClientUpdate, OAuthClientStore, SecretRotation, SeenClient } from '../../oauth/client-store.ts'
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

  async register(client: OAuthClient, invitation: string, at: EpochMs): Promise<boolean> {
    const known = this.#tables.clientInvitations.get(invitation)
    if (known === undefined || known.usesLeft === 0 || known.expiresAt <= at) return false
    this.#tables.clientInvitations.set(invitation, { ...known, usesLeft: known.usesLeft - 1 })
    this.#tables.oauthClients.set(client.id, client)
    return true
  }

  async update({ client, narrows, at }: ClientUpdate): Promise<boolean> {
    const known = this.#tables.oauthClients.get(client.id)
    if (known?.version !== client.version) return false
    if (narrows) this.#tables.log.cutOff({ kind: 'client', id: client.id }, 'soft', at)
    const { secretHash, formerSecretHash, formerUntil, disabledAt } = known
    const kept = { secretHash, formerSecretHash, formerUntil, disabledAt }
    this.#tables.oauthClients.set(client.id, { ...client, ...kept, version: known.version + 1 })
    return true
  }

  async find(id: string): Promise<OAuthClient | undefined> {
    return this.#tables.oauthClients.get(id)
  }

  async findSeen(id: string): Promise<SeenClient | undefined> {
    const client = this.#tables.oauthClients.get(id)
    return client && { client, rev: this.#tables.log.head.position }
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
