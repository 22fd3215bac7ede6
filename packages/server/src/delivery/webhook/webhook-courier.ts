import type { EpochMs, Platform } from 'countersign/core'
import type { DeliveryStore, Destination, Job, NewJob } from '../delivery-store.ts'
import type { Courier, Outcome } from '../delivery-worker.ts'
import { EXCHANGE, endpointJob, eventIdOf, eventJob, eventTypeOf, newEvent, WEBHOOK } from './webhook-event.ts'
import { endpointOf, settingsText, wants, type WebhookEndpoint } from './webhook-endpoint.ts'
import type { Sent, WebhookSender } from './webhook-sender.ts'

/** Deals the events of the exchange to the endpoints that were there when they happened and want them: one insert for all. */
export function exchangeCourier(store: DeliveryStore, onDealt: () => void): Courier {
  return {
    kind: EXCHANGE,
    window: 1000,
    backOff: { firstMs: 1000, longestMs: 60_000 },
    async deliver(job: Job): Promise<Outcome> {
      const type = eventTypeOf(job.payload)
      const endpoints = (await store.list([WEBHOOK])).map(endpointOf)
      const told = endpoints.filter(
        (endpoint) => endpoint.status !== 'disabled' && endpoint.createdAt <= job.createdAt && wants(endpoint, type),
      )
      if (told.length > 0) {
        await store.enqueue(told.map(({ id }) => endpointJob(id, job)))
        onDealt()
      }
      return { state: 'delivered' }
    },
  }
}

export interface WebhookCourierOptions {
  readonly store: DeliveryStore
  readonly sender: Pick<WebhookSender, 'send'>
  readonly platform: Platform
  /** More to be told when an endpoint is disabled, committed with it. */
  readonly noticesOf: (endpoint: WebhookEndpoint, reason: string, at: EpochMs) => readonly NewJob[]
  /** Told when an endpoint is disabled, or its state could not be noted. Must not throw. */
  readonly onDisabled: (endpoint: string, reason: string) => void
  readonly onFailure: (error: unknown) => void
}

/** With the pauses below: over two days, and on to three. */
const MOST_ATTEMPTS = 24
const DAY_MS = 86_400_000
/** An endpoint to which nothing was delivered for so long is disabled. */
const DISABLED_AFTER_MS = 5 * DAY_MS
const GONE = 410
/** What an endpoint could not take waits for hours: that must not be all that is looked at. */
const IN_PLAY = 1000

/** Delivers to endpoints: in no promised order, at least once. */
export function webhookCourier(options: WebhookCourierOptions): Courier {
  const { sender, platform, onFailure } = options
  return {
    kind: WEBHOOK,
    window: IN_PLAY,
    atOnce: 256,
    each: 8,
    backOff: { firstMs: 5000, longestMs: 21_600_000 },
    async deliver(job: Job, destination: Destination, signal: AbortSignal): Promise<Outcome> {
      const endpoint = endpointOf(destination)
      if (endpoint.status === 'disabled') return { state: 'refused', problem: 'endpoint_disabled' }
      const sent = await sender.send(endpoint, eventIdOf(job.id), job.payload, signal)
      const { isTaken, isGone, said } = judged(sent)
      // Broken off by our own end: that says nothing of the endpoint.
      if (!isTaken && signal.aborted) return { state: 'failed', problem: said }
      const isNews = isTaken ? endpoint.failingSince !== undefined : true
      // What was delivered stays so, whatever becomes of the note.
      if (isNews) await noteOutcome(options, destination.id, { isTaken, isGone, at: platform.clock.now() }).catch(onFailure)
      if (isTaken) return { state: 'delivered', kept: said }
      return { state: isGone || job.attempt >= MOST_ATTEMPTS ? 'refused' : 'failed', problem: said }
    },
  }
}

function judged(sent: Sent): { readonly isTaken: boolean; readonly isGone: boolean; readonly said: string } {
  if ('problem' in sent) return { isTaken: false, isGone: false, said: sent.problem }
  const { status } = sent
  return { isTaken: status >= 200 && status < 300, isGone: status === GONE, said: `HTTP ${status}` }
}

interface Noted {
  readonly isTaken: boolean
  readonly isGone: boolean
  readonly at: EpochMs
}

/** Notes since when an endpoint fails, or that it fails no longer. One that has failed for days, or says that it is gone, is disabled. */
async function noteOutcome({ store, platform, noticesOf, onDisabled }: WebhookCourierOptions, id: string, noted: Noted): Promise<void> {
  const { isTaken, isGone, at } = noted
  const destination = await store.find(id)
  if (destination === undefined) return
  const endpoint = endpointOf(destination)
  const { failingSince } = endpoint
  if (endpoint.status === 'disabled' || (isTaken && failingSince === undefined)) return
  const isOver = isGone || (!isTaken && failingSince !== undefined && at - failingSince >= DISABLED_AFTER_MS)
  if (!isTaken && failingSince !== undefined && !isOver) return
  const { kind, position, revision, state, reason } = destination
  const unchanged = { id, kind, position, fromRevision: revision, dropJobs: false, state, reason, jobs: [] }
  // Of several that fail at once one notes it; what it loses to is as new.
  if (!isOver) {
    const settings = settingsText({ ...endpoint, failingSince: isTaken ? undefined : at })
    await store.change({ ...unchanged, settings })
    return
  }
  const why = isGone ? 'gone' : 'failed_for_days'
  const event = newEvent('webhook_endpoint.disabled', { endpoint: id, reason: why }, platform)
  const jobs = [eventJob(event), ...noticesOf(endpoint, why, at)]
  const changed = await store.change({ ...unchanged, settings: settingsText(endpoint), state: 'shut', reason: why, jobs })
  if (changed !== 'changed_meanwhile') onDisabled(id, why)
}
