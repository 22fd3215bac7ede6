export {
  ConfigError,
  configFromEnvironment,
  configFromOptions,
  databaseFromEnvironment,
  type ServerConfig,
  type ServerOptions,
} from './server/config.ts'
export type { ConfigMistake } from './server/config-rule.ts'
export type { Connection } from './server/connection.ts'
export { type Countersign, createCountersign, openCountersign, StoreLockedError } from './server/countersign.ts'
export { type RunningServer, serve } from './server/listen.ts'
export { isOwnSocket, localSocketPath } from './server/local-socket.ts'
export { restoreDatabase } from './server/restore.ts'
export { version } from './server/version.ts'
export { checkDatabase } from './server/database-check.ts'
export { dataPath, rotateSecretFile, secretPath } from './server/secret-file.ts'
export { freshSecret, rotatedSecrets } from './server/secret-list.ts'
