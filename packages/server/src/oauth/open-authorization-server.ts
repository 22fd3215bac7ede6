import type { AuthorizationServer, Surroundings } from './authorization-server.ts'
import type { ProviderGround } from './provider-configuration.ts'

/** Loads the protocol library, a fifth of what a server loads, for those alone who let applications of others in. */
export async function openAuthorizationServer(ground: ProviderGround, surroundings: Surroundings): Promise<AuthorizationServer> {
  const { AuthorizationServer: Server } = await import('./authorization-server.ts')
  return new Server(ground, surroundings)
}
