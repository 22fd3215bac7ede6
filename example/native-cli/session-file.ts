import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SessionStorage } from 'countersign/client'

/** Whoever else may read or write it could have been anybody. */
const OTHERS = 0o077

/**
 * Keeps the session in a file that its owner alone may read. It is replaced whole, so that a program that is killed leaves the old one or the
 * new one, and never half of one.
 *
 * Does not encrypt: whoever is the owner, or root, can read it. Where the system has a place for secrets (Keychain, Credential Manager, Secret
 * Service), a storage of the same three functions keeps it there.
 */
export function sessionFile(path: string): SessionStorage {
  return {
    async getItem(name) {
      return (await read(path))[name] ?? null
    },
    async setItem(name, value) {
      await write(path, { ...(await read(path)), [name]: value })
    },
    async removeItem(name) {
      const { [name]: _, ...rest } = await read(path)
      if (Object.keys(rest).length === 0) await rm(path, { force: true })
      else await write(path, rest)
    },
  }
}

/** @throws {Error} when others may read the file. */
async function read(path: string): Promise<Readonly<Record<string, string>>> {
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new Error(`${path} can be read by others: sign out everywhere, remove it, and sign in again`)
    }
    return JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, string>>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

async function write(path: string, items: Readonly<Record<string, string>>): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const next = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(next, JSON.stringify(items), { mode: 0o600, flag: 'wx', flush: true })
  await rename(next, path)
}
