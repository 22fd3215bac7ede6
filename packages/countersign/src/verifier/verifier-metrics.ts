import type { MetricFamily, MetricSample } from '../core/index.ts'
import type { FreshnessState } from '../revocation/index.ts'
import type { Verifier } from './verifier.ts'

const states: readonly FreshnessState[] = ['fresh', 'grace', 'stale']

/**
 * What a verifier has decided and how much it knows, as plain numbers: for `metricsText`, or for the library of metrics that a service has
 * already. Reads; changes nothing and costs the requests nothing. In no label is anything that a caller has sent.
 *
 * @param labels Of every sample: what tells two verifiers of one process apart.
 */
export function verifierMetrics(
  verifier: Pick<Verifier, 'status'>,
  labels: Readonly<Record<string, string>> = {},
): readonly MetricFamily[] {
  const { state, ageMs, position, watches, cache, decisions, reports } = verifier.status()
  const one = (value: number): readonly MetricSample[] => [{ labels, value }]
  return [
    {
      name: 'countersign_verifier_decisions_total',
      help: 'Credentials decided upon, by what came of it and by what was known of the log.',
      type: 'counter',
      samples: decisions.map(({ outcome, freshness, count }) => ({ labels: { ...labels, outcome, freshness }, value: count })),
    },
    {
      name: 'countersign_verifier_freshness',
      help: '1 for the state that the verifier is in, 0 for the others.',
      type: 'gauge',
      samples: states.map((each) => ({ labels: { ...labels, state: each }, value: each === state ? 1 : 0 })),
    },
    {
      name: 'countersign_verifier_log_age_seconds',
      help: 'Since the last confirmed heartbeat of the issuer.',
      type: 'gauge',
      samples: one(ageMs / 1000),
    },
    {
      name: 'countersign_verifier_log_position',
      help: 'The position of the log up to which the verifier knows it.',
      type: 'gauge',
      samples: one(position),
    },
    {
      name: 'countersign_verifier_watches',
      help: 'Open connections that live on a credential.',
      type: 'gauge',
      samples: one(watches),
    },
    {
      name: 'countersign_verifier_cached_tokens',
      help: 'Tokens in the cache of verified tokens.',
      type: 'gauge',
      samples: one(cache.size),
    },
    {
      name: 'countersign_verifier_cache_hits_total',
      help: 'Tokens that the cache knew.',
      type: 'counter',
      samples: one(cache.hits),
    },
    {
      name: 'countersign_verifier_cache_misses_total',
      help: 'Tokens that the cache did not know.',
      type: 'counter',
      samples: one(cache.misses),
    },
    {
      name: 'countersign_verifier_reports_total',
      help: 'Reports to the issuer of how fresh the verifier is: `taken` or `failed`.',
      type: 'counter',
      samples: [
        { labels: { ...labels, outcome: 'taken' }, value: reports.sent },
        { labels: { ...labels, outcome: 'failed' }, value: reports.failed },
      ],
    },
  ]
}
