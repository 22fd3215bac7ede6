const CAEP = 'https://schemas.openid.net/secevent/caep/event-type'
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type'

/** The events that are told of users and sessions (CAEP 1.0 section 3). */
export const eventTypes: Readonly<Record<'sessionRevoked' | 'credentialChange' | 'tokenClaimsChange', string>> = {
  sessionRevoked: `${CAEP}/session-revoked`,
  credentialChange: `${CAEP}/credential-change`,
  tokenClaimsChange: `${CAEP}/token-claims-change`,
}

/** The events that a stream tells of itself (Shared Signals 1.0 section 8.1). They need not be asked for. */
export const streamEventTypes: Readonly<Record<'verification' | 'streamUpdated', string>> = {
  verification: `${SSF}/verification`,
  streamUpdated: `${SSF}/stream-updated`,
}

export const supportedEvents: readonly string[] = Object.freeze(Object.values(eventTypes))
