import type { Platform } from 'countersign/core'
import { ClientInvitations, ClientRegistrations, type OAuthClients } from '../oauth/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
}

interface Parts extends Pick<Services, 'keys'> {
  readonly oauthClients: OAuthClients
}

export type RegistrationPart = 'clientInvitations' | 'clientRegistrations'

/** Applications of others that register by themselves; invitations can be looked at and taken back also where that is off. */
export function composeRegistration(
  store: Store,
  { config, platform }: Ground,
  { keys, oauthClients: clients }: Parts,
): Pick<Services, RegistrationPart> {
  const clientInvitations = new ClientInvitations({ store: store.clientInvitations, platform })
  if (!config.oauth || config.oauthRegistration === 'off') return { clientInvitations, clientRegistrations: undefined }
  const algorithm = (): string => {
    const { kid } = keys.current('access-token')
    const own = keys.published('access-token').find((key) => key.kid === kid)
    if (own === undefined) throw new Error('the key that signs is not published')
    return own.alg
  }
  const ground = { store: store.oauthClients, clients, platform, algorithm }
  return { clientInvitations, clientRegistrations: new ClientRegistrations(ground) }
}
