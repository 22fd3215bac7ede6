import type { Clock } from 'countersign/core'
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import { grantIdOf } from './grant-id.ts'
import type { OAuthStore } from './oauth-store.ts'

/** What people have allowed. It rests readable, since it is shown to them. */
export class GrantAdapter implements Adapter {
  readonly #store: OAuthStore
  readonly #clock: Clock

  constructor(store: OAuthStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    const { accountId: user, clientId: client } = payload
    if (user === undefined || client === undefined || id !== grantIdOf(user, client)) throw new errors.InvalidGrant('a grant of nobody')
    await this.#store.putGrant({ id, user, client, payload: JSON.stringify(payload), changedAt: this.#clock.now() })
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const grant = await this.#store.findGrant(id)
    // Nothing but `upsert` writes it.
    return grant && (JSON.parse(grant.payload) as AdapterPayload)
  }

  async destroy(id: string): Promise<void> {
    await this.#store.endGrant(id, false, this.#clock.now())
  }

  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
  async findByUserCode(): Promise<undefined> {}
  async findByUid(): Promise<undefined> {}
}
