export { FeedAuthority, type FeedAuthorityOptions, type SignedMessage } from './authority.ts'
export type { LogSnapshot, LogStore, Revocation } from './log-store.ts'
export { type Deliver, Publisher, type PublisherOptions } from './publisher.ts'
export { type RevocationEvent, type RevocationRequest, Revocations, type RevocationsOptions } from './revocations.ts'
