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
export type { LanguageStore } from './mail/language-store.ts'
export type { ComposedMail, MailComposer } from './mail/mail-composer.ts'
export { type MailTransport, mailCourier, type OutgoingMail } from './mail/mail-courier.ts'
export { MailQueue } from './mail/mail-queue.ts'
export { MAIL, mailJob, type MailRequest } from './mail/mail-request.ts'
export { type NewSignIn, newSignInNotice, noticeOf } from './mail/notice.ts'
export { Outbox } from './mail/outbox.ts'
export { type MailSender, type SmtpServer, SmtpTransport } from './mail/smtp-transport.ts'
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
