export type { Challenge } from './challenge.ts'
export { type CutoffIndex, GenerationCutoffIndex, type GenerationCutoffIndexOptions, type PreparedTargets } from './cutoff-index.ts'
export {
  chain,
  chainHash,
  type EntryKind,
  entryKinds,
  type LogDraft,
  type LogEntry,
  type LogHead,
  ORIGIN_HASH,
  type PlacedEntry,
} from './entry.ts'
export {
  decodeFeedMessage,
  type EntriesMessage,
  encodeFeedMessage,
  FEED_MESSAGE_TYPE,
  type FeedMessage,
  type FeedMessageExpectation,
  type HeartbeatMessage,
  MAX_FEED_MESSAGE_LENGTH,
  NOT_UNDERSTOOD,
  SNAPSHOT_CONTENT_TYPE,
  type SnapshotMessage,
} from './feed-message.ts'
export { ForeignCutoffs } from './foreign-cutoffs.ts'
export type { FreshnessReport, FreshnessState } from './freshness.ts'
export type { ProofKind } from './head-proof.ts'
export { epochOf, nextEpoch, ORIGIN, type Position, positionOf } from './position.ts'
export type { Received } from './received.ts'
export { Replica, type ReplicaOptions } from './replica.ts'
export { isRevoked, type OriginFacts, type PreparedFacts, type TokenFacts } from './rule.ts'
export { defaultMode, foreignId, isForeignId, type RevocationMode, type Target, type TargetKind, targetKinds } from './target.ts'
export { decodeSnapshotEntries, encodeSnapshotEntries, type SnapshotColumns } from './snapshot-entries.ts'
export { decodeEntry, encodeEntry, type WireEntry } from './wire-entry.ts'
export { factsOf, userOf } from './token-facts.ts'
