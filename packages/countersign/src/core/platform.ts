/** Seconds since 1970-01-01T00:00:00Z: the unit of JWT claims (RFC 7519 NumericDate). */
export type EpochSeconds = number
/** Milliseconds since 1970-01-01T00:00:00Z: the unit of the log and of stored records. */
export type EpochMs = number
/** Stops a timer. Calling it twice, or after the timer has run, does nothing. */
export type Cancel = () => void

/** All that the domain knows of time. Tests hold a `ManualClock` and move it. */
export interface Clock {
  /** Wall-clock time. May step backwards: use `monotonicMs` for durations. */
  now(): EpochMs
  /** Milliseconds since an arbitrary moment; never steps backwards. */
  monotonicMs(): number
  /** Runs `task` once after `delayMs`. Does not keep the process alive, unless it is told to. */
  after(delayMs: number, task: () => void, options?: { readonly keepsProcess: boolean }): Cancel
}

export interface Random {
  /** Cryptographically strong random bytes. */
  bytes(length: number): Uint8Array
}

/** Where time, randomness and the network enter. Built once, passed down. */
export interface Platform {
  readonly clock: Clock
  readonly random: Random
  readonly fetch: typeof globalThis.fetch
}

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs: number, task: () => void, options?: { readonly keepsProcess: boolean }): Cancel {
    const timer = setTimeout(task, delayMs)
    // A browser's timer is a number; Node's must not hold the process open.
    if (typeof timer === 'object' && options?.keepsProcess !== true) timer.unref()
    return () => clearTimeout(timer)
  },
})

/** One call of the generator costs as much for 16 bytes as for 2048: small wishes are served from a stock. */
const stock = new Uint8Array(2048)
const LARGEST_WISH = 64
let used = stock.length

function randomBytes(length: number): Uint8Array {
  if (length > LARGEST_WISH) return globalThis.crypto.getRandomValues(new Uint8Array(length))
  if (used + length > stock.length) {
    globalThis.crypto.getRandomValues(stock)
    used = 0
  }
  const bytes = stock.slice(used, used + length)
  // What was handed out is nobody else's to find.
  stock.fill(0, used, used + length)
  used += length
  return bytes
}

export const systemRandom: Random = Object.freeze({ bytes: randomBytes })

/** The real clock, the real generator, the global `fetch`. */
export const systemPlatform: Platform = Object.freeze({
  clock: systemClock,
  random: systemRandom,
  fetch: (input: RequestInfo | URL, init?: RequestInit) => globalThis.fetch(input, init),
})

/** Whole seconds, rounded down, as JWT claims want them. */
export const toEpochSeconds = (at: EpochMs): EpochSeconds => Math.floor(at / 1000)
