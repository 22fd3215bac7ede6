import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** The shortest limit of a Unix socket's path among the systems we run on (macOS: 104 bytes with the closing zero). */
const MAX_SOCKET_PATH = 100

/**
 * Where a running server listens for the administrator of this machine: beside its database, or, when that path is too
 * long for a socket, in the folder for temporary files. Undefined where there are no Unix sockets.
 */
export function localSocketPath(databasePath: string): string | undefined {
  if (process.platform === 'win32' || databasePath === '') return undefined
  const beside = `${resolve(databasePath)}.sock`
  if (Buffer.byteLength(beside) <= MAX_SOCKET_PATH) return beside
  const name = createHash('sha256').update(beside).digest('base64url').slice(0, 22)
  return join(tmpdir(), `countersign-${name}.sock`)
}

/**
 * Is there a socket that only we, or the system's administrator, can have made? Asked before anything is said through
 * it: a folder for temporary files belongs to everyone.
 */
export function isOwnSocket(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isSocket()) return false
  const { uid } = stat
  return uid === 0 || uid === process.getuid?.()
}

/**
 * Listens on the socket, for its owner only. Call it as the holder of the database's writer lock: a socket that is there
 * already was left behind by a process that is gone.
 */
export async function listenLocally(path: string, listener: RequestListener): Promise<Server> {
  if (isOwnSocket(path)) unlinkSync(path)
  const server = createServer({ maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 60_000 }, listener)
  const ready = new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  })
  // The socket is made inside this call: at no moment may others connect to it.
  const umask = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(umask)
  }
  await ready
  chmodSync(path, 0o600)
  return server
}
