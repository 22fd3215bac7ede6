import { Failure } from '../failure.ts'

/** A way to the HTTP API: over the network, through the running server's local socket, or on the opened database. */
export interface Door {
  /** For people: which way it is. */
  readonly name: string
  send(request: DoorRequest): Promise<DoorAnswer>
  close(): Promise<void>
}

export interface DoorRequest {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

export interface DoorAnswer {
  readonly status: number
  readonly text: string
}

/** What to do about a refusal, where the refusal itself does not say. */
const hints: Readonly<Record<string, string>> = {
  credential_missing: 'Give an operator’s access token with --token or COUNTERSIGN_TOKEN.',
  credential_malformed: 'Check --token: it must be an access token.',
  token_expired: 'Sign in again, or refresh the session, and use the new access token.',
  token_revoked: 'Sign in again and use the new access token.',
  role_insufficient: 'This needs the role admin.',
  not_found: 'Check the id. List what there is with the list command.',
  overloaded: 'Try again in a moment.',
  unavailable: 'Check the disk that the database is on, then try again.',
}

interface ProblemRecord {
  readonly title?: string
  readonly code?: string
  readonly errors?: ReadonlyArray<{ readonly pointer: string; readonly detail: string }>
}

/**
 * Calls the API.
 *
 * @returns the answer's document; undefined for an answer without one.
 * @throws {Failure} with the refusal in words.
 */
export async function call<T>(door: Door, method: string, path: string, body?: unknown): Promise<T> {
  const { status, text } = await door.send({ method, path, body })
  const document = parse(text, status)
  if (status >= 200 && status < 300) return document as T // the server's word for it: see record.ts
  const { title, code, errors = [] } = (document ?? {}) as ProblemRecord
  const fields = errors.map(({ pointer, detail }) => `\n  ${pointer === '' ? 'request' : pointer.slice(1)}: ${detail}`).join('')
  throw new Failure(
    `${title ?? `The server answered with status ${status}.`}${fields}`,
    code === undefined ? undefined : hints[code],
    1,
    code,
  )
}

function parse(text: string, status: number): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure(
      `The server answered with status ${status} and something that is not JSON.`,
      'Check --url: is that a Countersign server?',
    )
  }
}
