import type { MetricFamily, MetricSample } from 'countersign/core'
import { verifierMetrics } from 'countersign'
import type { VerifierState } from '../../revocation/verifier-report/index.ts'
import type { Services } from '../services.ts'
import { version } from '../version.ts'

type Watched = Pick<Services, 'telemetry' | 'publisher' | 'keys' | 'verifier' | 'verifierReports' | 'store' | 'platform'>

/** What is the case in the moment in which somebody asks. What the database cannot say just now is left out. */
export async function levels(services: Watched): Promise<readonly MetricFamily[]> {
  const { telemetry, publisher, verifier } = services
  const { running, waiting } = telemetry.passwordLoad
  const heartbeatAge = telemetry.heartbeatAgeSeconds
  return [
    gauge('countersign_build_info', 'Always 1; the label says which version runs.', [{ labels: { version }, value: 1 }]),
    gauge('countersign_log_position', 'The position of the revocation log up to which the subscribers of this server were told.', [
      one(publisher.position),
    ]),
    gauge('countersign_feed_subscribers', 'Who follows the log on this server, this server itself and its broker included.', [
      one(publisher.subscribers),
    ]),
    gauge(
      'countersign_feed_heartbeat_age_seconds',
      'Since the last heartbeat that this server has signed.',
      heartbeatAge === undefined ? [] : [one(heartbeatAge)],
    ),
    gauge('countersign_password_queue_running', 'Passwords that are being hashed.', [one(running)]),
    gauge('countersign_password_queue_waiting', 'Passwords that wait for their turn to be hashed.', [one(waiting)]),
    ...keySchedule(services),
    await backlog(services),
    await verifierStates(services),
    ...verifierMetrics(verifier),
  ]
}

const one = (value: number): MetricSample => ({ labels: {}, value })

const gauge = (name: string, help: string, samples: readonly MetricSample[]): MetricFamily => ({ name, help, type: 'gauge', samples })

function keySchedule({ keys, platform }: Watched): readonly MetricFamily[] {
  const now = platform.clock.now()
  const schedules = (['access-token', 'feed'] as const).flatMap((purpose) => {
    const schedule = keys.scheduleOf(purpose)
    return schedule === undefined ? [] : [{ labels: { purpose }, ...schedule }]
  })
  return [
    gauge(
      'countersign_signing_key_age_seconds',
      'How long the current signing key has been signing.',
      schedules.map(({ labels, since }) => ({ labels, value: Math.max(0, now - since) / 1000 })),
    ),
    gauge(
      'countersign_signing_key_rotation_timestamp_seconds',
      'When the current signing key is replaced, in seconds since 1970.',
      schedules.map(({ labels, until }) => ({ labels, value: until / 1000 })),
    ),
  ]
}

async function backlog({ store, platform }: Watched): Promise<MetricFamily> {
  const now = platform.clock.now()
  // Whoever looks at the numbers wants them most while the database is away.
  const oldest = await store.deliveries.oldestWaiting().catch(() => [])
  return gauge(
    'countersign_delivery_backlog_age_seconds',
    'How long the first in line waits to be delivered, by who delivers.',
    oldest.map(({ kind, createdAt }) => ({ labels: { kind }, value: Math.max(0, now - createdAt) / 1000 })),
  )
}

const states: readonly VerifierState[] = ['fresh', 'grace', 'stale', 'silent']

async function verifierStates({ verifierReports }: Watched): Promise<MetricFamily> {
  const listed = await verifierReports.list().catch(() => undefined)
  const count = (state: VerifierState): number => listed?.verifiers.filter((each) => each.state === state).length ?? 0
  return gauge(
    'countersign_verifiers',
    'Verifiers that have reported in the last ten minutes, to whichever server, by how fresh they said they were; `silent` where a report is overdue.',
    listed === undefined ? [] : states.map((state) => ({ labels: { state }, value: count(state) })),
  )
}
