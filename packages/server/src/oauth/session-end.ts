import { isApiKeyId, parseJsonObject, type Platform } from 'countersign/core'
import { isForeignId } from 'countersign/revocation'
import type { Courier, DeliveryStore, Destination, EventLog, Job, LogCopy, NewJob, Occurrence } from '../delivery/index.ts'
import { logoutDestination, logoutJob } from './back-channel-logout.ts'
import type { OAuthClientStore } from './client-store.ts'
import { isOAuthClientId } from './oauth-client.ts'
import type { SessionClient, SessionClientStore, SessionsOf } from './session-client-store.ts'

/** Where every end of sessions goes first: one destination, out of which the clients are told. It is also the kind. */
export const SESSION_ENDS = 'session-ends'

/** Of one end, told at once. */
const AT_ONCE = 500
/** An attempt must be over within ten seconds. */
const LONGEST_MS = 5_000

/** Whose sessions an entry of the log has ended; undefined where it has ended none. */
function sessionsEndedBy({ entry: { kind, mode, target } }: Occurrence): SessionsOf | undefined {
  if ((kind !== 'cutoff' && kind !== 'epoch') || mode !== 'hard' || isForeignId(target.id)) return undefined
  switch (target.kind) {
    case 'session':
      return { session: target.id }
    case 'user':
      return { user: target.id }
    case 'everyone':
      return {}
    case 'client':
      return holdsSessions(target.id) ? {} : undefined
    default:
      return undefined
  }
}

/** Applications of others, keys and rules of trust hold none. */
const holdsSessions = (client: string): boolean =>
  !isOAuthClientId(client) && !isApiKeyId(client) && !client.startsWith('CSK') && !client.startsWith('tru_')

const endJob = (id: string, sessions: SessionsOf, createdAt: number): NewJob => ({
  id,
  destination: SESSION_ENDS,
  payload: JSON.stringify(sessions),
  urgent: false,
  createdAt,
})

/**
 * Clients are told of the ends of sessions from the log, so that no way to end one can forget it. Where the log was forgotten before it was
 * copied, all that is left to be told is.
 */
export const sessionEnds = ({ clock }: Pick<Platform, 'clock'>): LogCopy => ({
  destination: SESSION_ENDS,
  of: (occurrence) => {
    const sessions = sessionsEndedBy(occurrence)
    return sessions && endJob(`session-end.${occurrence.entry.position}`, sessions, occurrence.entry.at)
  },
  lost: () => endJob(`session-end.lost.${clock.now()}`, {}, clock.now()),
})

/** Makes the destination, once for a database: what happened before is not told. */
export async function openSessionEnds(deliveries: DeliveryStore, events: EventLog, { clock }: Pick<Platform, 'clock'>): Promise<void> {
  const { position } = await events.head()
  const facts = { owner: undefined, state: 'open', reason: undefined, settings: '{}', revision: 1 } as const
  await addOnce(deliveries, { id: SESSION_ENDS, kind: SESSION_ENDS, position, createdAt: clock.now(), ...facts })
}

async function addOnce(deliveries: DeliveryStore, destination: Destination): Promise<void> {
  if ((await deliveries.find(destination.id)) !== undefined) return
  try {
    await deliveries.add(destination)
  } catch (error) {
    // Another server was quicker.
    if ((await deliveries.find(destination.id)) === undefined) throw error
  }
}

export interface SessionEndOptions {
  readonly deliveries: DeliveryStore
  readonly sessionClients: SessionClientStore
  readonly clients: Pick<OAuthClientStore, 'find'>
  readonly platform: Platform
  /** Told when there is something to deliver. */
  readonly onJob: () => void
}

/** Deals the end of a session to the clients that were signed in to with it and want to be told. */
export function sessionEndCourier(options: SessionEndOptions): Courier {
  const { sessionClients, platform, onJob } = options
  return {
    kind: SESSION_ENDS,
    window: 1000,
    backOff: { firstMs: 1000, longestMs: 60_000 },
    async deliver(job, _destination, signal) {
      const sessions = sessionsOf(job)
      const until = platform.clock.now() + LONGEST_MS
      for (;;) {
        const ended = await sessionClients.ofEnded(sessions, AT_ONCE)
        if ((await deal(ended, job, options)) > 0) onJob()
        // Only now: who dies in between deals them again, under the same ids.
        await sessionClients.forget(ended)
        if (ended.length < AT_ONCE) return { state: 'delivered' }
        if (signal.aborted || platform.clock.now() >= until) return { state: 'failed', problem: 'more_to_tell' }
      }
    },
  }
}

async function deal(
  ended: readonly SessionClient[],
  { createdAt }: Job,
  { deliveries, clients, platform }: SessionEndOptions,
): Promise<number> {
  const jobs: NewJob[] = []
  for (const [client, all] of Map.groupBy(ended, ({ client }) => client)) {
    const known = await clients.find(client)
    if (known?.backchannelLogoutUri === undefined || known.disabledAt !== undefined) continue
    await addOnce(deliveries, logoutDestination(client, platform.clock.now()))
    jobs.push(...all.map((each) => logoutJob(each, createdAt)))
  }
  return jobs.length === 0 ? 0 : deliveries.enqueue(jobs)
}

/** Nothing but `endJob` writes it. */
const sessionsOf = ({ payload }: Job): SessionsOf => parseJsonObject(payload)
