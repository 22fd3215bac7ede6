import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { checkDatabase, ConfigError, configFromEnvironment, databaseFromEnvironment, type ServerConfig } from '../../index.ts'
import { type Finding, failed, messageOf, ok, skipped, warning } from './finding.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The first version whose node:sqlite and crypto are what this server was tested on. */
const LEAST_NODE = [24, 19] as const

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])
  return isEnough ? ok('node', `version ${version}`) : failed('node', `version ${version} is too old: use ${LEAST_NODE.join('.')} or newer`)
}

/** The configuration, and what is wrong with it. */
export function checkConfiguration(environment: Environment): {
  readonly config: ServerConfig | undefined
  readonly findings: readonly Finding[]
} {
  try {
    const config = configFromEnvironment(environment)
    const { issuer, database } = config
    const place = database.kind === 'postgres' ? database.name : `${database.kind}:${database.path}`
    return { config, findings: [ok('configuration', `issuer ${issuer}, database ${place}`)] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return {
      config: undefined,
      findings: error.mistakes.map(({ name, problem, hint }) => failed('configuration', `${name} ${problem}. ${hint}`)),
    }
  }
}

const isOpenToOthers = (path: string): boolean => process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0

export function checkSecret({ secret, database, production }: ServerConfig, secretFile: string): Finding {
  if (secret !== undefined) return ok('secret', 'given, and strong enough')
  if (production) return failed('secret', 'COUNTERSIGN_SECRET is required in production')
  if (database.kind === 'memory') return failed('secret', 'a database in memory needs COUNTERSIGN_SECRET')
  if (!existsSync(secretFile)) return skipped('secret', `${secretFile} is made at the first start`)
  if (isOpenToOthers(secretFile)) return warning('secret', `${secretFile} can be read by others: chmod 600 ${secretFile}`)
  return ok('secret', `in ${secretFile}; give it in COUNTERSIGN_SECRET for production`)
}

export function checkMail({ mailServer, production }: ServerConfig): Finding {
  if (mailServer !== undefined) return ok('mail', `sent by ${mailServer.host}, port ${mailServer.port}`)
  if (!production) return skipped('mail', 'kept in the outbox: see countersign mail list')
  return warning('mail', 'no mail is sent: password resets, links and notices need COUNTERSIGN_MAIL_URL and COUNTERSIGN_MAIL_FROM')
}

export function checkDatabaseFile(environment: Environment): Finding {
  try {
    const place = databaseFromEnvironment(environment)
    if (place.kind === 'postgres') return ok('database', `${place.name}; the checks that follow open it`)
    const { kind, path } = place
    if (kind === 'memory') return skipped('database', 'in memory')
    if (!existsSync(path)) return skipped('database', `${path} is made at the first start`)
    const findings = checkDatabase(path)
    if (findings.length > 0) return failed('database', `${path} is damaged: ${findings.slice(0, 3).join('; ')}. Restore it from a backup.`)
    if (isOpenToOthers(path)) return warning('database', `${path} can be read by others: chmod 600 ${path}`)
    if (isOpenToOthers(dirname(path))) return warning('database', `its folder can be read by others: chmod 700 ${dirname(path)}`)
    return ok('database', `${path} hangs together`)
  } catch (error) {
    return failed('database', messageOf(error))
  }
}
