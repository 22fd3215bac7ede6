export type { FieldReader, WebhookFacts } from './received.ts'
export { signWebhook, verifyWebhook, type WebhookHeaders, type WebhookToSign, type WebhookVerification } from './standard-webhook.ts'
export { signStripeWebhook, type StripeVerification, stripeSecret, verifyStripeWebhook } from './stripe-webhook.ts'
export {
  newWebhookSecret,
  type WebhookKey,
  type WebhookPublicKey,
  type WebhookSecret,
  type WebhookSigningKey,
  webhookKey,
  webhookPublicKey,
  webhookPublicKeyText,
  webhookSecret,
  webhookSigningKey,
} from './webhook-key.ts'
export {
  createWebhookReceiver,
  type ReceivedWebhook,
  type WebhookClaims,
  type WebhookHandler,
  type WebhookReceiver,
  type WebhookReceiverOptions,
} from './webhook-receiver.ts'
