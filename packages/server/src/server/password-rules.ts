import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import { PasswordPolicy, PasswordRanges } from '../account/index.ts'
import type { ServerConfig } from './config.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
}

/** What a password must be here: nobody's may be made of this service's names. */
export function passwordPolicy({ config, platform, log }: Ground): PasswordPolicy {
  const { passwordMinimum: minimumLength, breachedPasswordsUrl: url, breachedPasswordsOutage: whenUnavailable } = config
  const words = ['countersign', new URL(config.issuer).hostname, ...config.passwordWords]
  if (url === undefined) return new PasswordPolicy({ minimumLength, words })
  const onOutage = (error: unknown): void => log.warn({ err: error, whenUnavailable }, 'the list of breached passwords could not be asked')
  return new PasswordPolicy({ minimumLength, words, breached: new PasswordRanges({ url, whenUnavailable, platform, onOutage }) })
}
