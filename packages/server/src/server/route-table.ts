import { answerChallenge } from './route/answer-challenge/route.ts'
import { changePassword } from './route/change-password/route.ts'
import { confirmOpaqueRegistration } from './route/confirm-opaque-registration/route.ts'
import { confirmOpaqueSignIn } from './route/confirm-opaque-sign-in/route.ts'
import { confirmTotp } from './route/confirm-totp/route.ts'
import { createAccessKey } from './route/create-access-key/route.ts'
import { createSecurityEventStream } from './route/create-security-event-stream/route.ts'
import { createService } from './route/create-service/route.ts'
import { createChallenge } from './route/create-challenge/route.ts'
import { createDeviceKey } from './route/create-device-key/route.ts'
import { createTemporaryCredential } from './route/create-temporary-credential/route.ts'
import { createUser } from './route/create-user/route.ts'
import { disableTotp } from './route/disable-totp/route.ts'
import { endCurrentSession } from './route/end-current-session/route.ts'
import { endSession } from './route/end-session/route.ts'
import { endSessions } from './route/end-sessions/route.ts'
import { enrolTotp } from './route/enrol-totp/route.ts'
import { answerFeedChallenge } from './route/feed-challenge/route.ts'
import { followFeed } from './route/follow-feed/route.ts'
import { getAccessKey } from './route/get-access-key/route.ts'
import { getDiscovery } from './route/get-discovery/route.ts'
import { getFeedSnapshot } from './route/get-feed-snapshot/route.ts'
import { getHealth } from './route/get-health/route.ts'
import { getJwks } from './route/get-jwks/route.ts'
import { getMe } from './route/get-me/route.ts'
import { getOpenApi } from './route/get-openapi/route.ts'
import { getReadiness } from './route/get-readiness/route.ts'
import { getSecurityEventStreamStatus } from './route/get-security-event-stream-status/route.ts'
import { getSecurityEventStreams } from './route/get-security-event-streams/route.ts'
import { getSsfConfiguration, getSsfConfigurationOfPath } from './route/get-ssf-configuration/route.ts'
import { getUser } from './route/get-user/route.ts'
import { introspectToken } from './route/introspect-token/route.ts'
import { listAccessKeys } from './route/list-access-keys/route.ts'
import { listDeviceKeys } from './route/list-device-keys/route.ts'
import { listServices } from './route/list-services/route.ts'
import { listSessions } from './route/list-sessions/route.ts'
import { listSigningKeys } from './route/list-signing-keys/route.ts'
import { listUsers } from './route/list-users/route.ts'
import { lookUpAccessKey } from './route/look-up-access-key/route.ts'
import { pollSecurityEvents } from './route/poll-security-events/route.ts'
import { receiveSecurityEvent } from './route/receive-security-event/route.ts'
import { redeemSetup } from './route/redeem-setup/route.ts'
import { refreshSession } from './route/refresh-session/route.ts'
import { removeAccessKey } from './route/remove-access-key/route.ts'
import { removeDeviceKey } from './route/remove-device-key/route.ts'
import { removeSecurityEventStream } from './route/remove-security-event-stream/route.ts'
import { removeService } from './route/remove-service/route.ts'
import { removeTotp } from './route/remove-totp/route.ts'
import { replaceSecurityEventStream } from './route/replace-security-event-stream/route.ts'
import { replaySecurityEvents } from './route/replay-security-events/route.ts'
import { revokeSigningKey } from './route/revoke-signing-key/route.ts'
import { revokeToken } from './route/revoke-token/route.ts'
import { revoke } from './route/revoke/route.ts'
import { rotateAccessKey } from './route/rotate-access-key/route.ts'
import { rotateSigningKeys } from './route/rotate-signing-keys/route.ts'
import { setSecurityEventStreamStatus } from './route/set-security-event-stream-status/route.ts'
import { showSetupPage } from './route/show-setup-page/route.ts'
import { signIn } from './route/sign-in/route.ts'
import { startOpaqueRegistration } from './route/start-opaque-registration/route.ts'
import { startOpaqueSignIn } from './route/start-opaque-sign-in/route.ts'
import { getStatusList } from './route/status-list/route.ts'
import { updateAccessKey } from './route/update-access-key/route.ts'
import { updateSecurityEventStream } from './route/update-security-event-stream/route.ts'
import { updateUser } from './route/update-user/route.ts'
import { verifySecurityEventStream } from './route/verify-security-event-stream/route.ts'
import type { Operation } from './route.ts'

/** Every operation of the HTTP API. A row here is registered, documented in `/openapi.json`, and attacked by the tests. */
export const operations: readonly Operation[] = Object.freeze([
  createUser,
  listUsers,
  getUser,
  updateUser,
  removeTotp,
  getMe,
  changePassword,
  enrolTotp,
  confirmTotp,
  disableTotp,
  signIn,
  listSessions,
  endSessions,
  refreshSession,
  // Before the address with a parameter, which it would fit as well.
  endCurrentSession,
  endSession,
  startOpaqueRegistration,
  confirmOpaqueRegistration,
  startOpaqueSignIn,
  confirmOpaqueSignIn,
  revoke,
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
  createTemporaryCredential,
  createDeviceKey,
  listDeviceKeys,
  removeDeviceKey,
  createChallenge,
  answerChallenge,
  createService,
  listServices,
  removeService,
  followFeed,
  getFeedSnapshot,
  answerFeedChallenge,
  getJwks,
  getStatusList,
  getDiscovery,
  getSsfConfiguration,
  getSsfConfigurationOfPath,
  getOpenApi,
  getHealth,
  getReadiness,
  redeemSetup,
  showSetupPage,
])
