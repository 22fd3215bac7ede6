/** What each authorization server tells the process that loads it. */
export interface TokenRequest {
  /** How many refresh tokens, one a connection. */
  readonly sessions: number
  /** A folder of its own, on a real file system. */
  readonly folder: string
  /** A PostgreSQL; SQLite in the folder when left out. */
  readonly database?: string
}

export interface TokenReady {
  readonly port: number
  readonly tokenPath: string
  /** Confidential, with a secret in the header: one that asks for itself, and one that refreshes. */
  readonly machine: ClientCredentials
  readonly web: ClientCredentials
  readonly refreshTokens: readonly string[]
}

export interface ClientCredentials {
  readonly id: string
  readonly secret: string
}
