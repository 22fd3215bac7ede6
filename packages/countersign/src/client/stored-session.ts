import { isJsonObject } from '../core/json.ts'
import type { EpochMs } from '../core/platform.ts'

/** Where a session is kept between starts: `localStorage`, `sessionStorage` and React Native's AsyncStorage fit as they are. */
export interface SessionStorage {
  getItem(name: string): string | null | Promise<string | null>
  setItem(name: string, value: string): void | Promise<void>
  removeItem(name: string): void | Promise<void>
}

/** The account as sign-in and refresh describe it. */
export interface SessionUser {
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly roles: readonly string[]
  readonly groups: readonly string[]
}

/** The session as sign-in and refresh describe it; times are RFC 3339 texts. */
export interface SessionDescription {
  readonly id: string
  readonly [member: string]: unknown
}

interface SessionFacts {
  /** When the access token ends, by this device's clock. */
  readonly expiresAt: EpochMs
  /** How long the access token lived when it was new. */
  readonly lifeMs: number
  /** Of the refresh that was asked for and not answered yet: asking again with it gives the same successor. */
  readonly idempotencyKey?: string
  readonly session: SessionDescription
  readonly user: SessionUser
}

/** A session whose tokens we hold. */
export interface TokenSession extends SessionFacts {
  readonly accessToken: string
  /** Left out: `Bearer`. Otherwise the token is worth nothing without a proof: see `dpopFetch`. */
  readonly tokenType?: 'DPoP'
  readonly refreshToken: string
}

/** A session whose tokens the browser holds: with these it is described, and spoken for. */
export interface CookieSession extends SessionFacts {
  readonly csrfToken: string
}

export type StoredSession = TokenSession | CookieSession

/** What tells one access token of a session from the next. */
export const markOf = (stored: StoredSession): string => ('csrfToken' in stored ? stored.csrfToken : stored.accessToken)

const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** The headers that a request needs to be one of the session. */
export function credentialOf(stored: StoredSession, method: string): readonly (readonly [name: string, value: string])[] {
  if (!('csrfToken' in stored)) return [['authorization', `${stored.tokenType ?? 'Bearer'} ${stored.accessToken}`]]
  return SAFE.includes(method.toUpperCase()) ? [] : [['x-csrf-token', stored.csrfToken]]
}

/** Keeps the session in memory: gone when the page or the process ends, and out of reach of what reads storage. */
export function memoryStorage(): SessionStorage {
  const items = new Map<string, string>()
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  }
}

/** What all tabs of a page's origin share, where there is such a thing and the page may use it. */
export function pageStorage(): SessionStorage {
  try {
    return (globalThis.document && globalThis.localStorage) ?? memoryStorage()
  } catch {
    return memoryStorage()
  }
}

/** The access token that the server lets scripts read (`COUNTERSIGN_COOKIE_FORM=readable-access`), if it does. */
export const readableAccessToken = (): string | undefined =>
  /(?:^|; )(?:__(?:Host|Secure)-)?cs_access=([^;]+)/.exec(globalThis.document?.cookie ?? '')?.[1]

/** One session in a storage that may hold other things. */
export class SessionRecord {
  readonly #storage: SessionStorage
  readonly #name: string

  constructor(storage: SessionStorage, name: string) {
    this.#storage = storage
    this.#name = name
  }

  /** @returns `undefined` when nobody is signed in, or what is stored is not ours to read. */
  async read(): Promise<StoredSession | undefined> {
    const text = await this.#storage.getItem(this.#name)
    return text === null ? undefined : storedSession(text)
  }

  async write(stored: StoredSession): Promise<void> {
    await this.#storage.setItem(this.#name, JSON.stringify(stored))
  }

  /** What the device is known by stays: with it whoever signs in again does not wait for what strangers have tried meanwhile. */
  async remove(): Promise<void> {
    await this.#storage.removeItem(this.#name)
  }

  async deviceToken(): Promise<string | undefined> {
    return (await this.#storage.getItem(`${this.#name}:device`)) ?? undefined
  }

  async keepDeviceToken(token: string): Promise<void> {
    await this.#storage.setItem(`${this.#name}:device`, token)
  }
}

/** Anything in the page may have written here: what is not whole counts as nothing. */
function storedSession(text: string): StoredSession | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isJsonObject(value)) return undefined
  const { accessToken, tokenType, refreshToken, csrfToken, expiresAt, lifeMs, idempotencyKey, session, user } = value
  const hasTokens =
    typeof accessToken === 'string' && typeof refreshToken === 'string' && [undefined, 'DPoP'].includes(tokenType as undefined)
  if (!hasTokens && typeof csrfToken !== 'string') return undefined
  if (typeof expiresAt !== 'number' || typeof lifeMs !== 'number') return undefined
  if (!['undefined', 'string'].includes(typeof idempotencyKey) || !isDescription(session) || !isDescription(user)) return undefined
  return value as unknown as StoredSession
}

const isDescription = (value: unknown): boolean => isJsonObject(value) && typeof value['id'] === 'string'
