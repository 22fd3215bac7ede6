import { systemPlatform } from 'countersign/core'
import { databaseFromEnvironment, localSocketPath } from '../../index.ts'
import { misuse } from '../failure.ts'
import type { Terminal } from '../terminal.ts'
import { databaseDoor } from './database-door.ts'
import type { Door } from './door.ts'
import { networkDoor } from './network-door.ts'
import { isListening, socketDoor } from './socket-door.ts'

/** The options that every command which talks to the API has. */
export interface DoorOptions {
  readonly database?: string
  readonly url?: string
  readonly token?: string
}

/** The environment as the command's own options change it. */
export function environmentFor({ database }: DoorOptions, { environment }: Terminal): Readonly<Record<string, string | undefined>> {
  if (database === undefined) return environment
  const place = /^[a-z]+:/.test(database) ? database : `sqlite:${database}`
  return { ...environment, COUNTERSIGN_DATABASE: place }
}

/** The socket of a server that is running on the database of these options. */
export async function runningSocket(environment: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  const path = localSocketPath(databaseFromEnvironment(environment).path)
  return path !== undefined && (await isListening(path)) ? path : undefined
}

/** `--url` and `--token`; otherwise the server that runs on the database; otherwise the database itself. */
export async function openDoor(options: DoorOptions, terminal: Terminal): Promise<Door> {
  const url = options.url ?? terminal.environment['COUNTERSIGN_URL']
  const token = options.token ?? terminal.environment['COUNTERSIGN_TOKEN']
  if (url !== undefined && url !== '') {
    if (token === undefined || token === '')
      throw misuse('--url needs --token.', 'Give an operator’s access token, best in COUNTERSIGN_TOKEN.')
    return networkDoor(url, token, systemPlatform)
  }
  if (options.token !== undefined) throw misuse('--token needs --url.', 'Say which server the token is for.')
  const environment = environmentFor(options, terminal)
  const socket = await runningSocket(environment)
  return socket === undefined ? databaseDoor(environment) : socketDoor(socket)
}

/** Opens a door for the length of `work`. */
export async function throughDoor<T>(options: DoorOptions, terminal: Terminal, work: (door: Door) => Promise<T>): Promise<T> {
  const door = await openDoor(options, terminal)
  try {
    return await work(door)
  } finally {
    await door.close()
  }
}
