import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A database that lives and dies with the process. */
export const MEMORY_PATH = ':memory:'

/** How long a foreign process (a backup tool, a shell) may hold the database before a group is refused. It blocks the event loop. */
const BUSY_TIMEOUT_MS = 250

/** Each refresh dirties a page of its own, and the cost of a commit is its pages: half the default size saves a quarter. */
const PAGE_BYTES = 2048

/** 8 MiB between checkpoints: measured, a longer log saves nothing more and a shorter one costs a fifth. */
const CHECKPOINT_PAGES = 4096

const CACHE_KIB = 32_768

/** Creates file and directory where they do not exist, readable by their owner only. @returns the path with links resolved. */
export function prepareFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
  const file = realpathSync(path)
  // The lock stands beside the real file, so that two links to one database meet at one lock.
  const lock = join(dirname(file), `${basename(file)}.lock`)
  if (!existsSync(lock)) closeSync(openSync(lock, 'a', 0o600))
  return file
}

/** Opens the file as this product needs it: durable before it is acknowledged, foreign keys enforced. */
export function openConnection(path: string, maxPages: number | undefined): DatabaseSync {
  const connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
  try {
    configure(connection, path, maxPages)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

function configure(connection: DatabaseSync, path: string, maxPages: number | undefined): void {
  connection.exec(`PRAGMA page_size = ${PAGE_BYTES}`)
  const mode = connection.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
  if (path !== MEMORY_PATH && mode !== 'wal') throw new Error(`The file system of ${path} does not support write-ahead logging.`)
  connection.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA cache_size = -${CACHE_KIB};`)
  if (maxPages !== undefined) connection.exec(`PRAGMA max_page_count = ${maxPages}`)
}
