import type { Platform } from 'countersign/core'
import {
  AccessKeySealing,
  AccessKeySecrets,
  AccessKeys,
  DeviceChallenges,
  DeviceKeys,
  KeyRecords,
  Roles,
  RoleScopes,
  SessionKeys,
  TemporaryCredentials,
} from '../credential/index.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly secret: MasterSecret
}

/** Everything about the keys of callers, on one store of them. */
export function composeAccessKeys(
  { callerKeys: store, roles, replay }: Store,
  { config, platform, secret }: Ground,
): Pick<
  Services,
  'accessKeys' | 'accessKeySealing' | 'keyRecords' | 'temporaryCredentials' | 'deviceKeys' | 'sessionKeys' | 'roleScopes' | 'roles'
> {
  const secrets = new AccessKeySecrets(secret, platform.random)
  const roleScopes = new RoleScopes(config.roleScopes)
  const challengeKeys = secret.purposeKeys('device-challenge/1').map(({ key }) => key)
  const challenges = new DeviceChallenges({ keys: challengeKeys, clock: platform.clock, random: platform.random })
  return {
    accessKeys: new AccessKeys({ store, secrets, platform }),
    accessKeySealing: new AccessKeySealing({ store, secrets }),
    keyRecords: new KeyRecords({ store, secrets, scopes: roleScopes, platform }),
    temporaryCredentials: new TemporaryCredentials({ store, secrets, platform }),
    deviceKeys: new DeviceKeys({ issuer: config.issuer, store, challenges, replay, scopes: roleScopes, platform }),
    sessionKeys: new SessionKeys({ store, secrets, platform }),
    roleScopes,
    roles: new Roles({ store: roles, scopes: roleScopes, platform }),
  }
}
