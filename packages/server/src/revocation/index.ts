export { FeedAuthority, type FeedAuthorityOptions, type SignedMessage } from './authority.ts'
export type { Broker, BrokerConnection } from './broker.ts'
export type { LogHistory, PastEntry } from './log-history.ts'
export type { LogStore, Revocation } from './log-store.ts'
export { type Deliver, Publisher, type PublisherOptions, type Told } from './publisher.ts'
export { Relay, type RelayChange, type RelayOptions } from './relay.ts'
export {
  SecurityEventError,
  type SecurityEventErrorCode,
  SecurityEventReceiver,
  type SecurityEventReceiverOptions,
  type SecurityEventTransmitter,
} from './security-event-receiver.ts'
export type { ForeignEnding } from './security-event-subject.ts'
export {
  type PublishedStatusList,
  STATUS_LIST_TTL_SECONDS,
  type StatusFacts,
  StatusLists,
  type StatusListsOptions,
} from './status-lists.ts'
export { RevocationHistory, type RevocationPreview, type RevocationSummary } from './revocation-history.ts'
export { type RevocationEvent, type RevocationRequest, Revocations, type RevocationsOptions } from './revocations.ts'
