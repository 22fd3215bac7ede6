import type { EpochMs } from 'countersign/core'
import type { ClientInvitation, ClientInvitationStore } from '../../oauth/client-invitation-store.ts'
import type { Tables } from './tables.ts'

export class MemoryClientInvitationStore implements ClientInvitationStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async add(invitation: ClientInvitation): Promise<void> {
    this.#tables.clientInvitations.set(invitation.id, invitation)
  }

  async findByToken(tokenHash: string): Promise<ClientInvitation | undefined> {
    return [...this.#tables.clientInvitations.values()].find((each) => each.tokenHash === tokenHash)
  }

  async list(): Promise<readonly ClientInvitation[]> {
    return [...this.#tables.clientInvitations.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  }

  async remove(id: string): Promise<boolean> {
    return this.#tables.clientInvitations.delete(id)
  }

  async sweep(expiredBy: EpochMs, limit: number): Promise<number> {
    const swept = [...this.#tables.clientInvitations.values()].filter(({ expiresAt }) => expiresAt <= expiredBy).slice(0, limit)
    for (const { id } of swept) this.#tables.clientInvitations.delete(id)
    return swept.length
  }
}
