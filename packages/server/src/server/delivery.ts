import { decodeBase64url, decodeUtf8, encodeBase64url, type Platform } from 'countersign/core'
import { type SecurityEventClaims, signSecurityEventToken } from 'countersign/token'
import type { Logger } from 'pino'
import {
  type Courier,
  DeliveryWorker,
  type LogCopy,
  MAIL,
  mailJob,
  type MailQueue,
  noticeOf,
  type Occurrence,
  Outbound,
  OutboundError,
  outboundFetch,
  Polling,
  pushCourier,
  SecurityEventStreams,
  Transmitter,
} from '../delivery/index.ts'
import { apart } from '../audit/index.ts'
import type { MasterSecret, SigningKeys } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import type { Services } from './services.ts'
import { STREAM_PURPOSE } from './destination-secrets.ts'
import type { Telemetry } from './telemetry/index.ts'
import { composeLogouts } from './logout-services.ts'
import { composeWebhooks } from './webhook-services.ts'

interface DeliveryGround {
  readonly config: ServerConfig
  readonly store: Store
  readonly keys: SigningKeys
  readonly secret: MasterSecret
  readonly platform: Platform
  readonly log: Logger
  /** Undefined where no mail is sent. */
  readonly mailCourier: Courier | undefined
  readonly mail: MailQueue
  readonly telemetry: Telemetry
}

export interface Delivery
  extends Pick<Services, 'streams' | 'polling' | 'transmitter' | 'webhookEndpoints' | 'webhookDeliveries' | 'webhookKeys'> {
  /** Whether an address that somebody else has named may be called, as far as that is known before it is. */
  mayCall(uri: string): boolean
  /** Reads what others publish, at addresses that somebody else has named. */
  readonly read: typeof globalThis.fetch
  start(): void
  /** Answers who waits, and breaks off what is under way. */
  stop(): Promise<void>
}

/** People are told of what stands in the log, so that no way to change something can forget it. */
const notices: LogCopy = {
  destination: MAIL,
  of: (occurrence: Occurrence) => {
    const request = noticeOf(occurrence)
    return request === undefined ? undefined : mailJob(request)
  },
}

/** Everything that is told to others: what fills the queue, and what empties it. */
export function composeDelivery({ config, store, keys, secret, platform, log, mailCourier, mail, telemetry }: DeliveryGround): Delivery {
  const { issuer, deliveryNetworks } = config
  const onFailure = (error: unknown): void => log.warn({ err: error }, 'the queue of deliveries could not be worked on')
  const sign = (claims: SecurityEventClaims): string => signSecurityEventToken(claims, keys.current('access-token'))
  const outbound = new Outbound({
    clock: platform.clock,
    allows: (address) => deliveryNetworks.has(address),
    watch: (method, url) => telemetry.outgoing(method, url),
  })
  let wake = (): void => undefined
  const webhooks = composeWebhooks({ store, secret, platform, log, outbound, mail, onJob: () => wake(), onFailure })
  const logouts = composeLogouts({ config, store, keys, platform, outbound, onJob: () => wake() })
  const transmitter = new Transmitter({
    issuer,
    store: store.deliveries,
    log: store.events,
    platform,
    others: [webhooks.copy, ...logouts.copies, ...(mailCourier === undefined ? [] : [notices])],
    onStreamEnded: (stream, reason) => log.warn({ stream, reason }, 'a stream of security events has ended'),
    onFailure,
  })
  const worker = new DeliveryWorker({
    store: store.deliveries,
    couriers: [
      pushCourier({ outbound, sign, open: (stream, sealed) => decodeUtf8(secret.unseal(STREAM_PURPOSE, decodeBase64url(sealed), stream)) }),
      ...(mailCourier === undefined ? [] : [mailCourier]),
      ...webhooks.couriers,
      ...logouts.couriers,
    ],
    platform,
    onTrouble: ({ id, destination, attempt }, outcome) => log.info({ job: id, destination, attempt, ...outcome }, 'not delivered'),
    onAttempt: (kind, state) => telemetry.delivered(kind, state),
    onFailure,
  })
  // Whoever wakes it is not whom it works for.
  wake = () => apart(() => worker.wake())
  const polling = new Polling({
    store: store.deliveries,
    platform,
    sign,
    onJob: (listener) => transmitter.onCopied(listener),
    onRefused: (stream, problems) => log.info({ stream, problems: [...problems] }, 'security events were refused'),
  })
  const streams = new SecurityEventStreams({
    issuer,
    store: store.deliveries,
    log: store.events,
    replay: store.replay,
    outbound,
    platform,
    seal: (stream, text) => encodeBase64url(secret.seal(STREAM_PURPOSE, new TextEncoder().encode(text), stream, platform.random)),
    onJob: () => transmitter.announce(),
  })
  const cancels = [transmitter.onCopied(wake), mail.onWake(wake)]
  return {
    streams,
    polling,
    transmitter,
    ...webhooks.services,
    mayCall: (uri) => isAcceptable(outbound, uri),
    read: outboundFetch(outbound),
    start() {
      transmitter.start()
      worker.start()
    },
    async stop() {
      for (const cancel of cancels) cancel()
      polling.stop()
      await Promise.all([transmitter.stop(), worker.stop()])
      outbound.close()
    },
  }
}

function isAcceptable(outbound: Outbound, uri: string): boolean {
  try {
    outbound.requireAcceptable(uri)
    return true
  } catch (error) {
    if (error instanceof OutboundError) return false
    throw error
  }
}
