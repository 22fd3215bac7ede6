import { getSecrets } from './route/get-secrets/route.ts'
import { resealSecrets } from './route/reseal-secrets/route.ts'
import { addPoolUser } from './route/add-pool-user/route.ts'
import { endLease } from './route/end-lease/route.ts'
import { getLease } from './route/get-lease/route.ts'
import { listLeases } from './route/list-leases/route.ts'
import { listPoolUsers } from './route/list-pool-users/route.ts'
import { removePoolUser } from './route/remove-pool-user/route.ts'
import { revealLease } from './route/reveal-lease/route.ts'
import { startLease } from './route/start-lease/route.ts'
import { answerChallenge } from './route/answer-challenge/route.ts'
import { authenticateAgain } from './route/authenticate-again/route.ts'
import { changePassword } from './route/change-password/route.ts'
import { confirmEmailVerification } from './route/confirm-email-verification/route.ts'
import { confirmMagicLink } from './route/confirm-magic-link/route.ts'
import { confirmPasswordReset } from './route/confirm-password-reset/route.ts'
import { confirmOpaqueRegistration } from './route/confirm-opaque-registration/route.ts'
import { confirmOpaqueSignIn } from './route/confirm-opaque-sign-in/route.ts'
import { confirmPasskey } from './route/confirm-passkey/route.ts'
import { confirmTotp } from './route/confirm-totp/route.ts'
import { createApiKey } from './route/create-api-key/route.ts'
import { createAccessKey } from './route/create-access-key/route.ts'
import { createOwnPasskeyChallenge } from './route/create-own-passkey-challenge/route.ts'
import { createPasskeyChallenge } from './route/create-passkey-challenge/route.ts'
import { createSecurityEventStream } from './route/create-security-event-stream/route.ts'
import { createService } from './route/create-service/route.ts'
import { createTrustRule } from './route/create-trust-rule/route.ts'
import { createClient } from './route/create-client/route.ts'
import { createClientInvitation } from './route/create-client-invitation/route.ts'
import { endGrant } from './route/end-grant/route.ts'
import { listClientDeliveries } from './route/list-client-deliveries/route.ts'
import { listClientInvitations } from './route/list-client-invitations/route.ts'
import { listAuditEvents } from './route/list-audit-events/route.ts'
import { getAuditHead } from './route/get-audit-head/route.ts'
import { verifyAuditEvents } from './route/verify-audit-events/route.ts'
import { listClients } from './route/list-clients/route.ts'
import { listGrants } from './route/list-grants/route.ts'
import { removeClient } from './route/remove-client/route.ts'
import { removeClientInvitation } from './route/remove-client-invitation/route.ts'
import { rotateClientSecret } from './route/rotate-client-secret/route.ts'
import { updateClient } from './route/update-client/route.ts'
import { createChallenge } from './route/create-challenge/route.ts'
import { createDeviceKey } from './route/create-device-key/route.ts'
import { createTemporaryCredential } from './route/create-temporary-credential/route.ts'
import { createUser } from './route/create-user/route.ts'
import { disableTotp } from './route/disable-totp/route.ts'
import { disownAccount } from './route/disown-account/route.ts'
import { endCurrentSession } from './route/end-current-session/route.ts'
import { endElevation } from './route/end-elevation/route.ts'
import { endSession } from './route/end-session/route.ts'
import { endSessions } from './route/end-sessions/route.ts'
import { endUpstreamSessions } from './route/end-upstream-sessions/route.ts'
import { enrolPasskey } from './route/enrol-passkey/route.ts'
import { enrolTotp } from './route/enrol-totp/route.ts'
import { exchangeToken } from './route/exchange-token/route.ts'
import { answerFeedChallenge } from './route/feed-challenge/route.ts'
import { followFeed } from './route/follow-feed/route.ts'
import { getApiKey } from './route/get-api-key/route.ts'
import { getApiKeyMark } from './route/get-api-key-mark/route.ts'
import { getAccessKey } from './route/get-access-key/route.ts'
import { getAsset } from './route/get-asset/route.ts'
import { getConsoleFile } from './route/get-console-file/route.ts'
import { getDiscovery } from './route/get-discovery/route.ts'
import { getFactors } from './route/get-factors/route.ts'
import { getFeedSnapshot } from './route/get-feed-snapshot/route.ts'
import { getHealth } from './route/get-health/route.ts'
import { getJwks } from './route/get-jwks/route.ts'
import { getMail } from './route/get-mail/route.ts'
import { getMe } from './route/get-me/route.ts'
import { getMetrics } from './route/get-metrics/route.ts'
import { getOpenApi } from './route/get-openapi/route.ts'
import { getReadiness } from './route/get-readiness/route.ts'
import { getSecurityEventStreamStatus } from './route/get-security-event-stream-status/route.ts'
import { getSecurityEventStreams } from './route/get-security-event-streams/route.ts'
import { getSsfConfiguration, getSsfConfigurationOfPath } from './route/get-ssf-configuration/route.ts'
import { getUserFactors } from './route/get-user-factors/route.ts'
import { getUser } from './route/get-user/route.ts'
import { introspectToken } from './route/introspect-token/route.ts'
import { listApiKeys } from './route/list-api-keys/route.ts'
import { listAccessKeys } from './route/list-access-keys/route.ts'
import { listDeviceKeys } from './route/list-device-keys/route.ts'
import { listMails } from './route/list-mails/route.ts'
import { listIdentities } from './route/list-identities/route.ts'
import { listPasskeys } from './route/list-passkeys/route.ts'
import { listElevations } from './route/list-elevations/route.ts'
import { listRoles } from './route/list-roles/route.ts'
import { setRole } from './route/set-role/route.ts'
import { removeRole } from './route/remove-role/route.ts'
import { releaseScope } from './route/release-scope/route.ts'
import { listServices } from './route/list-services/route.ts'
import { listTrustRules } from './route/list-trust-rules/route.ts'
import { listSessions } from './route/list-sessions/route.ts'
import { listSigningKeys } from './route/list-signing-keys/route.ts'
import { listUsers } from './route/list-users/route.ts'
import { lookUpApiKey } from './route/look-up-api-key/route.ts'
import { lookUpAccessKey } from './route/look-up-access-key/route.ts'
import { pollSecurityEvents } from './route/poll-security-events/route.ts'
import { receiveSecurityEvent } from './route/receive-security-event/route.ts'
import { redeemSetup } from './route/redeem-setup/route.ts'
import { refreshSession } from './route/refresh-session/route.ts'
import { removeApiKey } from './route/remove-api-key/route.ts'
import { removeAccessKey } from './route/remove-access-key/route.ts'
import { removeDeviceKey } from './route/remove-device-key/route.ts'
import { removeIdentity } from './route/remove-identity/route.ts'
import { removePasskey } from './route/remove-passkey/route.ts'
import { removeSecurityEventStream } from './route/remove-security-event-stream/route.ts'
import { removeService } from './route/remove-service/route.ts'
import { removeTrustRule } from './route/remove-trust-rule/route.ts'
import { testTrustRules } from './route/test-trust-rules/route.ts'
import { removeTotp } from './route/remove-totp/route.ts'
import { removeUserPasskey } from './route/remove-user-passkey/route.ts'
import { renamePasskey } from './route/rename-passkey/route.ts'
import { renewRecoveryCodes } from './route/renew-recovery-codes/route.ts'
import { replaceSecurityEventStream } from './route/replace-security-event-stream/route.ts'
import { createVerifierReport } from './route/create-verifier-report/route.ts'
import { getPropagation } from './route/get-propagation/route.ts'
import { listVerifiers } from './route/list-verifiers/route.ts'
import { reportApiKeyUses } from './route/report-api-key-uses/route.ts'
import { replaySecurityEvents } from './route/replay-security-events/route.ts'
import { requestEmailChange } from './route/request-email-change/route.ts'
import { requestEmailVerification } from './route/request-email-verification/route.ts'
import { requestMagicLink } from './route/request-magic-link/route.ts'
import { requestPasswordReset } from './route/request-password-reset/route.ts'
import { revokeSigningKey } from './route/revoke-signing-key/route.ts'
import { revokeToken } from './route/revoke-token/route.ts'
import { revoke } from './route/revoke/route.ts'
import { getRevocationSummary } from './route/get-revocation-summary/route.ts'
import { listRevocations } from './route/list-revocations/route.ts'
import { previewRevocation } from './route/preview-revocation/route.ts'
import { rotateApiKey } from './route/rotate-api-key/route.ts'
import { rotateAccessKey } from './route/rotate-access-key/route.ts'
import { rotateSigningKeys } from './route/rotate-signing-keys/route.ts'
import { setSecurityEventStreamStatus } from './route/set-security-event-stream-status/route.ts'
import { showOutbox } from './route/show-outbox/route.ts'
import { showOutboxMail } from './route/show-outbox-mail/route.ts'
import { showOutboxPreview } from './route/show-outbox-preview/route.ts'
import { showLink } from './route/show-link/route.ts'
import { showSetupPage } from './route/show-setup-page/route.ts'
import { signIn } from './route/sign-in/route.ts'
import { startElevation } from './route/start-elevation/route.ts'
import { startOpaqueRegistration } from './route/start-opaque-registration/route.ts'
import { startOpaqueSignIn } from './route/start-opaque-sign-in/route.ts'
import { getStatusList } from './route/status-list/route.ts'
import { updateApiKey } from './route/update-api-key/route.ts'
import { updateAccessKey } from './route/update-access-key/route.ts'
import { updateSecurityEventStream } from './route/update-security-event-stream/route.ts'
import { unlockUser } from './route/unlock-user/route.ts'
import { updateMe } from './route/update-me/route.ts'
import { updateUser } from './route/update-user/route.ts'
import { verifySecurityEventStream } from './route/verify-security-event-stream/route.ts'
import { createWebhookEndpoint } from './route/create-webhook-endpoint/route.ts'
import { listWebhookEndpoints } from './route/list-webhook-endpoints/route.ts'
import { getWebhookEndpoint } from './route/get-webhook-endpoint/route.ts'
import { updateWebhookEndpoint } from './route/update-webhook-endpoint/route.ts'
import { removeWebhookEndpoint } from './route/remove-webhook-endpoint/route.ts'
import { rotateWebhookSecret } from './route/rotate-webhook-secret/route.ts'
import { testWebhookEndpoint } from './route/test-webhook-endpoint/route.ts'
import { listWebhookDeliveries } from './route/list-webhook-deliveries/route.ts'
import { replayWebhookDeliveries } from './route/replay-webhook-deliveries/route.ts'
import { getWebhookDelivery } from './route/get-webhook-delivery/route.ts'
import { replayWebhookDelivery } from './route/replay-webhook-delivery/route.ts'
import { getWebhookKeys } from './route/get-webhook-keys/route.ts'
import type { Operation } from './route.ts'

/** Every operation of the HTTP API. A row here is registered, documented in `/openapi.json`, and attacked by the tests. */
export const operations: readonly Operation[] = Object.freeze([
  createUser,
  listUsers,
  getUser,
  updateUser,
  getSecrets,
  resealSecrets,
  addPoolUser,
  listPoolUsers,
  removePoolUser,
  startLease,
  listLeases,
  getLease,
  revealLease,
  endLease,
  startElevation,
  listElevations,
  endElevation,
  unlockUser,
  getUserFactors,
  removeTotp,
  removeUserPasskey,
  getMe,
  updateMe,
  changePassword,
  requestPasswordReset,
  confirmPasswordReset,
  requestMagicLink,
  confirmMagicLink,
  requestEmailVerification,
  confirmEmailVerification,
  requestEmailChange,
  disownAccount,
  showLink,
  enrolTotp,
  confirmTotp,
  disableTotp,
  getFactors,
  listPasskeys,
  enrolPasskey,
  confirmPasskey,
  renamePasskey,
  removePasskey,
  renewRecoveryCodes,
  listIdentities,
  removeIdentity,
  endUpstreamSessions,
  createOwnPasskeyChallenge,
  signIn,
  createPasskeyChallenge,
  listSessions,
  endSessions,
  refreshSession,
  authenticateAgain,
  // Before the address with a parameter, which it would fit as well.
  endCurrentSession,
  endSession,
  startOpaqueRegistration,
  confirmOpaqueRegistration,
  startOpaqueSignIn,
  confirmOpaqueSignIn,
  revoke,
  listRevocations,
  getRevocationSummary,
  previewRevocation,
  receiveSecurityEvent,
  createSecurityEventStream,
  getSecurityEventStreams,
  updateSecurityEventStream,
  replaceSecurityEventStream,
  removeSecurityEventStream,
  getSecurityEventStreamStatus,
  setSecurityEventStreamStatus,
  verifySecurityEventStream,
  pollSecurityEvents,
  replaySecurityEvents,
  createWebhookEndpoint,
  listWebhookEndpoints,
  getWebhookEndpoint,
  updateWebhookEndpoint,
  removeWebhookEndpoint,
  rotateWebhookSecret,
  testWebhookEndpoint,
  listWebhookDeliveries,
  replayWebhookDeliveries,
  getWebhookDelivery,
  replayWebhookDelivery,
  exchangeToken,
  introspectToken,
  revokeToken,
  listSigningKeys,
  rotateSigningKeys,
  revokeSigningKey,
  createAccessKey,
  listAccessKeys,
  // Before the addresses with a parameter, which it would fit as well.
  lookUpAccessKey,
  getAccessKey,
  updateAccessKey,
  removeAccessKey,
  rotateAccessKey,
  createApiKey,
  listApiKeys,
  // Before the addresses with a parameter, which they would fit as well.
  lookUpApiKey,
  getApiKeyMark,
  reportApiKeyUses,
  createVerifierReport,
  listVerifiers,
  getPropagation,
  getApiKey,
  updateApiKey,
  removeApiKey,
  rotateApiKey,
  createTemporaryCredential,
  createDeviceKey,
  listDeviceKeys,
  removeDeviceKey,
  createChallenge,
  answerChallenge,
  createClient,
  listClients,
  listClientDeliveries,
  updateClient,
  removeClient,
  rotateClientSecret,
  createClientInvitation,
  listClientInvitations,
  removeClientInvitation,
  listGrants,
  endGrant,
  listRoles,
  setRole,
  removeRole,
  releaseScope,
  createService,
  listServices,
  removeService,
  createTrustRule,
  listTrustRules,
  testTrustRules,
  removeTrustRule,
  listAuditEvents,
  getAuditHead,
  verifyAuditEvents,
  followFeed,
  getFeedSnapshot,
  answerFeedChallenge,
  getJwks,
  getWebhookKeys,
  getStatusList,
  getDiscovery,
  getSsfConfiguration,
  getSsfConfigurationOfPath,
  getOpenApi,
  getAsset,
  getConsoleFile,
  getHealth,
  getMetrics,
  getReadiness,
  listMails,
  getMail,
  redeemSetup,
  showSetupPage,
  showOutbox,
  showOutboxMail,
  showOutboxPreview,
])
