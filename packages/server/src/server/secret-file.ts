import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Random } from 'countersign/core'
import type { DatabasePlace } from './config-value.ts'
import { MasterSecret, newMasterSecret } from '../signing/index.ts'
import { rotatedSecrets } from './secret-list.ts'

/** Beside what the secret of a development server lies: its database, or what a database elsewhere is given on this machine. */
export const dataPath = (database: DatabasePlace): string => (database.kind === 'postgres' ? './data/postgres' : database.path)

/** Where the secret of a development server lies: beside its database. */
export const secretPath = (databasePath: string): string => join(dirname(databasePath), 'secret')

/** Makes the folder of the database, for its owner only. An existing one is left as it is. */
export function makeDataFolder(databasePath: string): void {
  mkdirSync(dirname(databasePath), { recursive: true, mode: 0o700 })
}

/** Complete or not there at all, and never over another process's: written beside, then linked to its name. */
function createOnce(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
}

/**
 * Puts a new secret in front of those in the file. A server that runs has the old list until it starts again.
 *
 * @throws {RangeError} when the file holds too many secrets already, or a weak one.
 */
export function rotateSecretFile(path: string, random: Random): void {
  const draft = `${path}.${randomUUID()}`
  const { list } = rotatedSecrets(readFileSync(path, 'utf8'), random)
  writeFileSync(draft, `${list.replaceAll(',', '\n')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  // Whole, or as it was.
  renameSync(draft, path)
}

/**
 * The secret in the file, made on the first start.
 *
 * @throws {Error} when the database exists and its secret is gone: a new one could not open the old keys.
 */
export function secretFromFile(databasePath: string, random: Random): MasterSecret {
  const path = secretPath(databasePath)
  if (!existsSync(path)) {
    if (existsSync(databasePath)) {
      throw new Error(
        `${path} is missing, but ${databasePath} was made with it. Put the file back, or give its content in COUNTERSIGN_SECRET.`,
      )
    }
    createOnce(path, `${newMasterSecret(random)}\n`)
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
  return MasterSecret.parse(readFileSync(path, 'utf8'))
}

/** Of a server that was not given one. @throws {Error} as `secretFromFile`. */
export function developmentSecret(database: DatabasePlace, random: Random): MasterSecret {
  if (database.kind === 'memory') throw new Error('A database in memory needs COUNTERSIGN_SECRET: there is no folder to keep one in.')
  const path = dataPath(database)
  makeDataFolder(path)
  return secretFromFile(path, random)
}
