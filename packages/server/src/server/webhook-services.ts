import { decodeBase64url, decodeUtf8, encodeBase64, encodeBase64url, type Platform } from 'countersign/core'
import { type PublicJwk, publicJwk, thumbprint } from 'countersign/key'
import { webhookPublicKeyText, type WebhookSigningKey, webhookSigningKey } from 'countersign/webhook'
import type { Logger } from 'pino'
import type { User } from '../account/index.ts'
import {
  type Courier,
  eventJob,
  EXCHANGE,
  exchangeCourier,
  type LogCopy,
  type MailQueue,
  newEvent,
  type NewJob,
  type Outbound,
  webhookCourier,
  WebhookDeliveries,
  WebhookEndpoints,
  webhookEventOf,
  WebhookSender,
} from '../delivery/index.ts'
import type { Session } from '../session/index.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import { WEBHOOK_PURPOSE } from './destination-secrets.ts'
import type { Services } from './services.ts'

interface WebhookGround {
  readonly store: Store
  readonly secret: MasterSecret
  readonly platform: Platform
  readonly log: Logger
  readonly outbound: Outbound
  readonly mail: MailQueue
  readonly onJob: () => void
  readonly onFailure: (error: unknown) => void
}

export interface Webhooks {
  readonly services: Pick<Services, 'webhookEndpoints' | 'webhookDeliveries' | 'webhookKeys'>
  /** What is copied of the log. */
  readonly copy: LogCopy
  readonly couriers: readonly Courier[]
}

const SIGNING_PURPOSE = 'webhook-signing/1'

/** Endpoints of others that are told of what happens here. */
export function composeWebhooks({ store, secret, platform, log, outbound, mail, onJob, onFailure }: WebhookGround): Webhooks {
  const { clock } = platform
  // Of the master secret, so that it changes with nothing else: receivers hold the public key for years.
  const signingKeys = secret.purposeKeys(SIGNING_PURPOSE).map(({ key }) => webhookSigningKey(`whsk_${encodeBase64(key)}`))
  const sender = new WebhookSender({
    outbound,
    clock,
    signingKeys,
    open: (endpoint, sealed) => decodeUtf8(secret.unseal(WEBHOOK_PURPOSE, decodeBase64url(sealed), endpoint)),
  })
  const courier = webhookCourier({
    store: store.deliveries,
    sender,
    platform,
    noticesOf: ({ id, owner, url }, reason, at) =>
      owner === undefined ? [] : mail.jobsOf([disabledNotice(id, { user: owner, host: new URL(url).host, reason, at: String(at) }, at)]),
    onDisabled: (endpoint, reason) => log.warn({ endpoint, reason }, 'a webhook endpoint was disabled'),
    onFailure,
  })
  const webhookEndpoints = new WebhookEndpoints({
    store: store.deliveries,
    log: store.events,
    outbound,
    sender,
    platform,
    seal: (endpoint, text) => encodeBase64url(secret.seal(WEBHOOK_PURPOSE, new TextEncoder().encode(text), endpoint, platform.random)),
    onJob,
  })
  const webhookDeliveries = new WebhookDeliveries({ store: store.deliveries, history: store.deliveryHistory, clock, onJob })
  return {
    services: { webhookEndpoints, webhookDeliveries, webhookKeys: Object.freeze(signingKeys.map(jwkOf)) },
    copy: {
      destination: EXCHANGE,
      of: (occurrence) => eventJob(webhookEventOf(occurrence)),
      lost: () => eventJob(newEvent('webhook.events_lost', {}, platform)),
    },
    couriers: [exchangeCourier(store.deliveries, onJob), courier],
  }
}

export interface Announcements {
  ofUser(user: User): readonly NewJob[]
  ofSession(session: Session): readonly NewJob[]
}

/** Of what does not stand in the log: committed with the change that it tells of. */
export const announcements = (platform: Platform): Announcements => ({
  ofUser: ({ id }) => [eventJob(newEvent('user.created', { user: id }, platform))],
  ofSession: ({ id, user, client }) => [eventJob(newEvent('session.created', { session: id, user, client }, platform))],
})

/** Once for each time that it is disabled. */
const disabledNotice = (endpoint: string, facts: Readonly<Record<string, string>>, at: number) => ({
  id: `webhook-disabled.${endpoint}.${at}`,
  template: 'webhook_disabled',
  facts: { ...facts, endpoint },
  createdAt: at,
})

function jwkOf(key: WebhookSigningKey): PublicJwk {
  const bytes = webhookPublicKeyText(key).slice('whpk_'.length)
  const x = bytes.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  const jwk = { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', x } as const
  return publicJwk({ ...jwk, kid: thumbprint(publicJwk({ ...jwk, kid: 'x' })) })
}
