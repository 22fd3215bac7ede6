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
export type { DeliveryHistory, DeliveryRecord, DeliveryState } from './delivery-history.ts'
export { deliveryStates } from './delivery-history.ts'
export { type Courier, DeliveryWorker, type Outcome } from './delivery-worker.ts'
export type { Cause, EventLog, Occurrence } from './event-log.ts'
export type { LanguageStore } from './mail/language-store.ts'
export type { ComposedMail, MailComposer } from './mail/mail-composer.ts'
export { type MailTransport, mailCourier, type OutgoingMail } from './mail/mail-courier.ts'
export { MailQueue } from './mail/mail-queue.ts'
export { MAIL, mailJob, type MailRequest } from './mail/mail-request.ts'
export { type NewSignIn, newSignInNotice, noticeOf } from './mail/notice.ts'
export { Outbox } from './mail/outbox.ts'
export { type MailSender, type SmtpServer, SmtpTransport } from './mail/smtp-transport.ts'
export { Outbound, OutboundError, type OutboundWatch } from './outbound.ts'
export { outboundFetch } from './outbound-fetch.ts'
export { supportedEvents } from './security-event/event-type.ts'
export { MOST_POLLED, type Polled, Polling } from './security-event/polling.ts'
export { type SecurityEventStream, streamKinds } from './security-event/stream.ts'
export {
  MIN_VERIFICATION_SECONDS,
  type DeliveryRequest,
  SecurityEventStreams,
  type StreamKeeper,
  type StreamRequest,
} from './security-event/streams.ts'
export { type LogCopy, pushCourier, Transmitter } from './security-event/transmitter.ts'
export {
  type EndpointChange,
  type EndpointSignature,
  type EndpointStatus,
  eventJob,
  eventTypeOf,
  EXCHANGE,
  exchangeCourier,
  type IssuedEndpoint,
  MOST_REPLAYED,
  newEvent,
  secretsAt,
  type Sent,
  webhookCourier,
  WebhookDeliveries,
  type WebhookEndpoint,
  WebhookEndpoints,
  type WebhookEvent,
  webhookEventNames,
  webhookEventOf,
  type WebhookEventType,
  webhookEventTypes,
  WebhookSender,
} from './webhook/index.ts'
export { WEBHOOK } from './webhook/webhook-event.ts'
