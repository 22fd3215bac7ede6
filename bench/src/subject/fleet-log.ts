import { generateSigningKey, type KeySet, keySet, type SigningKey, verificationKey } from 'countersign/key'
import { chain, encodeFeedMessage, type LogEntry, type LogHead, ORIGIN, ORIGIN_HASH, type Position } from 'countersign/revocation'

export const FLEET_ISSUER = 'https://issuer.example'
/** The longest life of an access token and the clock skew: so long a cut-off is kept. */
const CUTOFF_LIFE_MS = 305_000
/** The most entries that the server puts into one message. */
const BATCH = 500
const HEARTBEAT_MS = 1000
const SESSION_BYTES = 16

/** One message, as every verifier on the stream gets it. */
export interface FleetMessage {
  readonly type: 'entries' | 'heartbeat'
  /** When it left, which for entries is when their revocations were acknowledged. */
  readonly sentMs: number
  /** Entries behind this position; for a heartbeat the head. */
  readonly after: Position
  readonly position: Position
  /** Signed. */
  readonly compact: string
  /** With the frame of an event stream around it. */
  readonly bytes: number
}

/** The log of a simulated minute, chained and signed for real, with every message that leaves the server in it. */
export class FleetLog {
  readonly start: number
  readonly lengthMs: number
  readonly keys: KeySet
  readonly messages: readonly FleetMessage[]
  /** Those of them with entries: the log in the steps in which it was committed. */
  readonly commits: readonly FleetMessage[]
  readonly entries: readonly LogEntry[]
  /** In messages, and in snapshots. */
  readonly bytesPerEntry: number
  readonly snapshotBytesPerEntry: number
  readonly #key: SigningKey = generateSigningKey('ES256')

  constructor({ start, lengthMs, perSecond, commitMs }: { start: number; lengthMs: number; perSecond: number; commitMs: number }) {
    this.start = start
    this.lengthMs = lengthMs
    this.keys = keySet([verificationKey(this.#key.publicJwk)])
    const entries: LogEntry[] = []
    const messages: FleetMessage[] = []
    for (let ms = commitMs; ms <= lengthMs; ms += commitMs) {
      const wanted = Math.round((perSecond * ms) / 1000)
      while (entries.length < wanted) {
        const after = entries.length
        for (let each = 0; each < BATCH && entries.length < wanted; each++) entries.push(this.#revocation(entries.at(-1), ms))
        messages.push(this.#entries(entries.slice(after), after, ms))
      }
      if (ms % HEARTBEAT_MS < commitMs) messages.push(this.#heartbeat(headOf(entries), ms))
    }
    this.entries = entries
    this.messages = messages
    this.commits = messages.filter(({ type }) => type === 'entries')
    this.bytesPerEntry = this.commits.reduce((sum, { bytes }) => sum + bytes, 0) / entries.length
    this.snapshotBytesPerEntry = this.#snapshotBytesPerEntry()
  }

  /**
   * What follows on `after` up to `upTo`, in the messages that the server makes for one reader that comes back.
   *
   * @param isSigned Otherwise they are as long, and hold nothing: a light replica does not look into them.
   */
  catchUp(after: Position, upTo: Position, sentMs: number, isSigned: boolean): readonly FleetMessage[] {
    const messages: FleetMessage[] = []
    for (let from = after; from < upTo; from += BATCH) {
      const to = Math.min(upTo, from + BATCH)
      const empty = { type: 'entries', sentMs, after: from, position: to, compact: '', bytes: (to - from) * this.bytesPerEntry } as const
      messages.push(isSigned ? this.#entries(this.entries.slice(from, to), from, sentMs) : empty)
    }
    return messages
  }

  /** What the server's clock says, in whole milliseconds. */
  timeAt(ms: number): number {
    return Math.floor(this.start + ms)
  }

  /** The parts of a snapshot of the log up to `upTo`. */
  snapshot(upTo: Position, atMs: number): readonly string[] {
    const { position: head, hash } = upTo === ORIGIN ? headOf([]) : (this.entries[upTo - 1] as LogEntry)
    const at = this.timeAt(atMs)
    const parts: string[] = []
    let after = 0
    do {
      const end = Math.min(head, after + 10 * BATCH)
      const entries = this.entries.slice(after, end)
      parts.push(
        encodeFeedMessage({ type: 'snapshot', iss: FLEET_ISSUER, head, hash, at, after, upTo: end, readAt: at, entries }, this.#key),
      )
      after = end
    } while (after < head)
    return parts
  }

  #revocation(previous: LogHead | undefined, ms: number): LogEntry {
    const at = this.start + ms
    const id = `ses_${Buffer.from(crypto.getRandomValues(new Uint8Array(SESSION_BYTES))).toString('base64url')}`
    return chain(previous ?? headOf([]), at, {
      kind: 'cutoff',
      target: { kind: 'session', id },
      mode: 'hard',
      expiresAt: at + CUTOFF_LIFE_MS,
    })
  }

  #entries(entries: readonly LogEntry[], after: Position, sentMs: number): FleetMessage {
    const { position } = headOf(entries)
    const compact = encodeFeedMessage({ type: 'entries', iss: FLEET_ISSUER, after, entries }, this.#key)
    return { type: 'entries', sentMs, after, position, compact, bytes: frameBytes('entries', position, compact) }
  }

  #heartbeat({ position, hash }: LogHead, sentMs: number): FleetMessage {
    const compact = encodeFeedMessage({ type: 'heartbeat', iss: FLEET_ISSUER, head: position, hash, at: this.start + sentMs }, this.#key)
    return { type: 'heartbeat', sentMs, after: position, position, compact, bytes: frameBytes('heartbeat', position, compact) }
  }

  #snapshotBytesPerEntry(): number {
    const count = Math.min(this.entries.length, 10 * BATCH)
    return this.snapshot(count, 0).join('\n').length / count
  }
}

const headOf = (entries: readonly LogHead[]): LogHead => entries.at(-1) ?? { position: ORIGIN, hash: ORIGIN_HASH }

/** As the server frames it. */
const frameBytes = (type: string, position: Position, compact: string): number =>
  `event: ${type}\nid: ${position}\ndata: ${compact}\n\n`.length
