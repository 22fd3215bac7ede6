export type {
  Backlog,
  Copying,
  DeliveryStore,
  Destination,
  DestinationChange,
  DestinationState,
  Job,
  JobClaim,
  JobTaken,
  NewJob,
} from './delivery-store.ts'
export { type Courier, DeliveryWorker, type Outcome } from './delivery-worker.ts'
export type { Cause, EventLog, Occurrence } from './event-log.ts'
export { Outbound } from './outbound.ts'
export { supportedEvents } from './security-event/event-type.ts'
export { MOST_POLLED, type Polled, Polling } from './security-event/polling.ts'
export type { SecurityEventStream } from './security-event/stream.ts'
export {
  MIN_VERIFICATION_SECONDS,
  type DeliveryRequest,
  SecurityEventStreams,
  type StreamKeeper,
  type StreamRequest,
} from './security-event/streams.ts'
export { pushCourier, Transmitter } from './security-event/transmitter.ts'
