import { constants, copyFileSync, existsSync, renameSync } from 'node:fs'
import { takeWriterLock } from './writer-lock.ts'

/** What belongs to a database file and must not be mixed with another one's. */
const suffixes = ['', '-wal', '-shm'] as const

/**
 * Puts a copy of a backup in the place of the database. What stood there is kept beside it, under the name with `.replaced`.
 *
 * Does not open it: to be opened with `isBackup`, which starts a new epoch.
 *
 * @throws {StoreLockedError} when a server is running on the database.
 * @throws {Error} when the backup cannot be read, or something was replaced before and is still there.
 */
export function placeBackup(backup: string, path: string): void {
  const release = takeWriterLock(path)
  try {
    const kept = `${path}.replaced`
    if (existsSync(kept)) throw new Error(`${kept} is there already, from a restore before this one. Move it away first.`)
    const arriving = `${path}.arriving`
    copyFileSync(backup, arriving, constants.COPYFILE_FICLONE)
    for (const suffix of suffixes) if (existsSync(path + suffix)) renameSync(path + suffix, kept + suffix)
    renameSync(arriving, path)
  } finally {
    release()
  }
}
