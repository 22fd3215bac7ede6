export type {
  AuthorizationServer,
  Interaction,
  OAuthAnswer,
  OAuthRequest,
  ProtocolLibrary,
  TokenEndpoints,
} from './authorization-server.ts'
export { ArtifactPayloads } from './artifact-payload.ts'
export { BACK_CHANNEL_LOGOUT, backChannelLogoutCourier, endedOf } from './back-channel-logout.ts'
export type { ClientInvitation, ClientInvitationStore } from './client-invitation-store.ts'
export { ClientInvitations, UNKNOWN_TOKEN } from './client-invitations.ts'
export { ClientRegistrations } from './client-registrations.ts'
export type { OAuthClientStore } from './client-store.ts'
export type { WaitingDevice } from './device-approval.ts'
export { CONSENT_PATH, endpoints, oidcScopes, REFRESH_DAYS } from './endpoint.ts'
export { grantIdOf } from './grant-id.ts'
export type { BrowserSession, PostedAnswer, PresentedCertificate } from './oauth-call.ts'
export {
  type ClientKind,
  clientKinds,
  type ClientLinks,
  type GrantType,
  grantTypes,
  isOAuthClientId,
  type OAuthClient,
} from './oauth-client.ts'
export { type SubjectProperty, subjectProperties } from './certificate-subject.ts'
export type { CertificateSupport } from './mutual-tls.ts'
export { OAuthClients } from './oauth-clients.ts'
export type { TlsClientAuth } from './tls-client-auth.ts'
export type { Grant, OAuthStore } from './oauth-store.ts'
export { openAuthorizationServer } from './open-authorization-server.ts'
export type { ProviderGround } from './provider-configuration.ts'
export type { ClientMetadata } from './registration-metadata.ts'
export { claimsAskedFor, scopesOfClaims, USERINFO_CLAIMS } from './requested-claims.ts'
export { openSessionEnds, sessionEndCourier, sessionEnds } from './session-end.ts'
export { RefreshSuccessors } from './successor.ts'
export { TokenAnswer } from './token-answer.ts'
