import type { EpochMs } from 'countersign/core'
import type { SessionClient, SessionClientStore, SessionsOf } from '../../oauth/session-client-store.ts'
import { sessionClientKey, type Tables } from './tables.ts'

export class MemorySessionClientStore implements SessionClientStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async ofEnded({ session, user }: SessionsOf, limit: number): Promise<readonly SessionClient[]> {
    const { sessions, sessionClients } = this.#tables
    return [...sessionClients.values()]
      .filter((each) => (session ?? each.session) === each.session && (user ?? each.user) === each.user && !sessions.has(each.session))
      .slice(0, limit)
      .map(({ expiresAt: _, ...rest }) => rest)
  }

  async forget(told: readonly SessionClient[]): Promise<void> {
    for (const each of told) this.#tables.sessionClients.delete(sessionClientKey(each))
  }

  async sweep(now: EpochMs, limit: number): Promise<number> {
    const over = [...this.#tables.sessionClients.values()].filter(({ expiresAt }) => expiresAt <= now).slice(0, limit)
    await this.forget(over)
    return over.length
  }
}
