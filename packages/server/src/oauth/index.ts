export {
  AuthorizationServer,
  type Interaction,
  type OAuthRequest,
  type ProtocolLibrary,
  type TokenEndpoints,
} from './authorization-server.ts'
export { ArtifactPayloads } from './artifact-payload.ts'
export type { OAuthClientStore } from './client-store.ts'
export type { WaitingDevice } from './device-approval.ts'
export { grantIdOf } from './grant-adapter.ts'
export type { BrowserSession } from './oauth-call.ts'
export { type ClientKind, clientKinds, type GrantType, grantTypes, isOAuthClientId, type OAuthClient } from './oauth-client.ts'
export { OAuthClients } from './oauth-clients.ts'
export type { Grant, OAuthStore } from './oauth-store.ts'
export { CONSENT_PATH, endpoints, type ProviderGround } from './provider-configuration.ts'
export { RefreshSuccessors } from './successor.ts'
