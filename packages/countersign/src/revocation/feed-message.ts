import { AuthError, type EpochMs } from '../core/index.ts'
import type { JwsAlgorithm } from '../crypto/index.ts'
import type { KeySet, SigningKey } from '../key/index.ts'
import { signJws, verifyJws } from '../token/index.ts'
import type { LogEntry, PlacedEntry } from './entry.ts'
import type { Position } from './position.ts'
import { decodeSnapshotEntries, encodeSnapshotEntries } from './snapshot-entries.ts'
import { decodeEntry, encodeEntry, isCount, isHash } from './wire-entry.ts'

/** The `typ` of every message of the feed: never an access token, whatever key signed it. */
export const FEED_MESSAGE_TYPE = 'cs-feed+jwt'

/** A snapshot as a body: its parts in order, each a compact JWS, with a line feed between two. */
export const SNAPSHOT_CONTENT_TYPE = 'application/vnd.countersign.snapshot'

/** Consecutive entries of the log, the first of them right after `after`. */
export interface EntriesMessage {
  readonly type: 'entries'
  readonly iss: string
  readonly after: Position
  readonly entries: readonly LogEntry[]
}

/** The end of the log at a moment. The issuer reads the clock first and the head after it, so `at` is never younger than the head. */
export interface HeartbeatMessage {
  readonly type: 'heartbeat'
  readonly iss: string
  readonly head: Position
  readonly hash: string
  readonly at: EpochMs
  /** Of the challenge that it answers: clock and head were read after that had come. */
  readonly nonce?: string
}

/**
 * A part of a snapshot. It says of a stretch of the log which entries are alive in it: a selection, so the chain cannot be followed
 * through it. True by itself, whatever becomes of the other parts. Together they reach from the origin to `head`.
 */
export interface SnapshotMessage {
  readonly type: 'snapshot'
  readonly iss: string
  /** Head, hash and time of the whole snapshot, as in a heartbeat; the same in every part. */
  readonly head: Position
  readonly hash: string
  readonly at: EpochMs
  /** The stretch: the positions behind `after`, up to `upTo`. */
  readonly after: Position
  readonly upTo: Position
  /** When this stretch was read. What is not in it has expired by then, or was never there. */
  readonly readAt: EpochMs
  readonly entries: readonly PlacedEntry[]
}

export type FeedMessage = EntriesMessage | HeartbeatMessage | SnapshotMessage

export interface FeedMessageExpectation {
  readonly issuer: string
  /** The issuer's feed keys. */
  readonly keys: KeySet
  /** Never taken from the message. */
  readonly algorithms: readonly JwsAlgorithm[]
  /** Longest accepted message, in characters. Default 1 MiB. */
  readonly maxLength?: number
}

/** `detail.reason` of a message that the issuer did sign, but that this version does not understand. */
export const NOT_UNDERSTOOD = 'feed_message_not_understood'

/** Longest message that is looked at, in characters, unless the caller names another bound. */
export const MAX_FEED_MESSAGE_LENGTH: number = 2 ** 20

/** Signs a message as a compact JWS (RFC 7515). */
export function encodeFeedMessage(message: FeedMessage, key: SigningKey): string {
  return signJws(FEED_MESSAGE_TYPE, payloadOf(message), key)
}

function payloadOf(message: FeedMessage): object {
  if (message.type === 'heartbeat') return message
  if (message.type === 'entries') return { ...message, entries: message.entries.map(encodeEntry) }
  const { entries, ...rest } = message
  return { ...rest, ...encodeSnapshotEntries(entries, message.after) }
}

/**
 * Verifies signature, type and issuer, then reads the message.
 *
 * Does not check the hash chain, nor how old the message is: see `Replica`.
 *
 * @throws {AuthError} `token_invalid`, `credential_malformed`; `token_invalid` with the reason `NOT_UNDERSTOOD` for a
 * message that is authentic and says something that this version does not know. It must not be passed over: it may revoke.
 */
export function decodeFeedMessage(compact: string, expect: FeedMessageExpectation): FeedMessage {
  const { payload } = verifyJws(compact, expect.keys, {
    type: FEED_MESSAGE_TYPE,
    algorithms: expect.algorithms,
    maxLength: expect.maxLength ?? MAX_FEED_MESSAGE_LENGTH,
  })
  if (payload.iss !== expect.issuer) throw new AuthError('token_invalid', { reason: 'issuer_mismatch' })
  const message = readMessage(payload, expect.issuer)
  if (message === undefined) throw new AuthError('token_invalid', { reason: NOT_UNDERSTOOD })
  return message
}

function readMessage(payload: Record<string, unknown>, iss: string): FeedMessage | undefined {
  if (payload.type === 'entries') return readEntries(payload, iss)
  const { type, head, hash, at } = payload
  if (!isCount(head) || !isHash(hash) || !isCount(at)) return undefined
  if (type === 'heartbeat') return { type, iss, head, hash, at, ...(typeof payload.nonce === 'string' ? { nonce: payload.nonce } : {}) }
  if (type !== 'snapshot') return undefined
  const { after, upTo, readAt } = payload
  if (!isCount(after) || !isCount(upTo) || !isCount(readAt) || after > upTo || upTo > head) return undefined
  const entries = decodeSnapshotEntries(payload, after, upTo)
  // A part that says nothing, with others to come, could be followed by as many as one likes.
  if (entries === undefined || (after === upTo && upTo !== head)) return undefined
  return { type, iss, head, hash, at, after, upTo, readAt, entries }
}

function readEntries({ after, entries: wire }: Record<string, unknown>, iss: string): EntriesMessage | undefined {
  const entries = decodeEntries(wire)
  if (!isCount(after) || entries === undefined) return undefined
  let previous = after
  for (const { position } of entries) {
    if (position <= previous) return undefined
    previous = position
  }
  return { type: 'entries', iss, after, entries }
}

function decodeEntries(wire: unknown): readonly LogEntry[] | undefined {
  if (!Array.isArray(wire)) return undefined
  const entries: LogEntry[] = []
  for (const item of wire) {
    const entry = decodeEntry(item)
    if (entry === undefined) return undefined
    entries.push(entry)
  }
  return entries
}
