export { AccessTokenIssuer, type AccessTokenIssuerOptions, type IssuedAccessToken, type TokenGrant } from './access-token-issuer.ts'
export type { Authentication, Authenticator, UpstreamSession } from './authenticator.ts'
export { OpaqueTokens } from './opaque-token.ts'
export { REFRESH_PURPOSE, RefreshTokens } from './refresh-token.ts'
export { type FactorKind, type FactorProof, FactorRequired, type PasskeyAssertion, type SecondFactors } from './second-factor.ts'
export type { DeviceStore } from './device-store.ts'
export type { Elevation, ElevationStore } from './elevation-store.ts'
export { type ElevationEvent, type ElevationRequest, Elevations, LONGEST_ELEVATION_MINUTES } from './elevations.ts'
export { KnownDevices, type KnownDevicesOptions } from './known-devices.ts'
export type { Device, Session } from './session.ts'
export type { SessionEvent, SessionEventSink } from './session-event.ts'
export type { SessionPolicy } from './session-policy.ts'
export type { Issuance, Reauthentication, Rotation, SessionOpening, SessionStore, TokenSubject } from './session-store.ts'
export { SessionTokens, type SignedIn } from './session-tokens.ts'
export { type RefreshRequest, type SessionRequest, Sessions, type SessionsOptions, type SignInRequest } from './sessions.ts'
export { type AuthenticatorAgain, StepUp, type StepUpRequest } from './step-up.ts'
export type { DeviceMarks, DeviceOwner, SessionAttempt, SignInAttempt, SignInGuard } from './sign-in-guard.ts'
export {
  type ExchangedToken,
  ExchangeRefused,
  TokenExchange,
  type TokenExchangeOptions,
  type TokenExchangeRequest,
  type TokenExchangeRule,
} from './token-exchange.ts'
export { type InspectedToken, TokenInspection, type TokenInspectionOptions } from './token-inspection.ts'
export { ENROLMENT, enrolmentAudience } from './enrolment.ts'
