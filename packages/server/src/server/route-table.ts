import { changePassword } from './route/change-password/route.ts'
import { createService } from './route/create-service/route.ts'
import { createUser } from './route/create-user/route.ts'
import { endCurrentSession } from './route/end-current-session/route.ts'
import { endSession } from './route/end-session/route.ts'
import { endSessions } from './route/end-sessions/route.ts'
import { followFeed } from './route/follow-feed/route.ts'
import { getDiscovery } from './route/get-discovery/route.ts'
import { getFeedSnapshot } from './route/get-feed-snapshot/route.ts'
import { getHealth } from './route/get-health/route.ts'
import { getJwks } from './route/get-jwks/route.ts'
import { getMe } from './route/get-me/route.ts'
import { getOpenApi } from './route/get-openapi/route.ts'
import { getReadiness } from './route/get-readiness/route.ts'
import { getUser } from './route/get-user/route.ts'
import { introspectToken } from './route/introspect-token/route.ts'
import { listServices } from './route/list-services/route.ts'
import { listSessions } from './route/list-sessions/route.ts'
import { listSigningKeys } from './route/list-signing-keys/route.ts'
import { listUsers } from './route/list-users/route.ts'
import { receiveSecurityEvent } from './route/receive-security-event/route.ts'
import { redeemSetup } from './route/redeem-setup/route.ts'
import { refreshSession } from './route/refresh-session/route.ts'
import { removeService } from './route/remove-service/route.ts'
import { revoke } from './route/revoke/route.ts'
import { revokeToken } from './route/revoke-token/route.ts'
import { revokeSigningKey } from './route/revoke-signing-key/route.ts'
import { rotateSigningKeys } from './route/rotate-signing-keys/route.ts'
import { showSetupPage } from './route/show-setup-page/route.ts'
import { signIn } from './route/sign-in/route.ts'
import { getStatusList } from './route/status-list/route.ts'
import { updateUser } from './route/update-user/route.ts'
import type { Operation } from './route.ts'

/** Every operation of the HTTP API. A row here is registered, documented in `/openapi.json`, and attacked by the tests. */
export const operations: readonly Operation[] = Object.freeze([
  createUser,
  listUsers,
  getUser,
  updateUser,
  getMe,
  changePassword,
  signIn,
  listSessions,
  endSessions,
  refreshSession,
  // Before the address with a parameter, which it would fit as well.
  endCurrentSession,
  endSession,
  revoke,
  receiveSecurityEvent,
  introspectToken,
  revokeToken,
  listSigningKeys,
  rotateSigningKeys,
  revokeSigningKey,
  createService,
  listServices,
  removeService,
  followFeed,
  getFeedSnapshot,
  getJwks,
  getStatusList,
  getDiscovery,
  getOpenApi,
  getHealth,
  getReadiness,
  redeemSetup,
  showSetupPage,
])
