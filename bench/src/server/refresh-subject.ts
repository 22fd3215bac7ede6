/** What each server that refreshes sessions tells the process that loads it. */
export interface RefreshRequest {
  /** How many sessions, one a connection. */
  readonly sessions: number
  /** A folder of its own, on a real file system. */
  readonly folder: string
  /** `COUNTERSIGN_FEED`; `sse` when left out. */
  readonly feed?: string
}

export interface RefreshReady {
  readonly port: number
  /** What each session presents first: a refresh token, or the value of a `Cookie` header. */
  readonly credentials: readonly string[]
}
