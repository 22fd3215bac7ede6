import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MetricFamily, metricsText } from './metric.ts'

const families: readonly MetricFamily[] = [
  { name: 'calls_total', help: 'Calls.', type: 'counter', samples: [{ labels: { way: 'a"b\\c\nd', to: 'x' }, value: 3 }] },
  { name: 'age_seconds', help: 'Age,\nin seconds.', type: 'gauge', samples: [{ labels: {}, value: Number.POSITIVE_INFINITY }] },
  {
    name: 'wait_seconds',
    help: 'Waits.',
    type: 'histogram',
    samples: [
      { labels: { le: '0.5' }, value: 1, suffix: '_bucket' },
      { labels: { le: '+Inf' }, value: 2, suffix: '_bucket' },
      { labels: {}, value: 1.25, suffix: '_sum' },
      { labels: {}, value: 2, suffix: '_count' },
    ],
  },
]

test('families are written as Prometheus reads them, with everything escaped that could end a line or a label', () => {
  assert.equal(
    metricsText(families),
    `# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{way="a\\"b\\\\c\\nd",to="x"} 3
# HELP age_seconds Age,\\nin seconds.
# TYPE age_seconds gauge
age_seconds +Inf
# HELP wait_seconds Waits.
# TYPE wait_seconds histogram
wait_seconds_bucket{le="0.5"} 1
wait_seconds_bucket{le="+Inf"} 2
wait_seconds_sum 1.25
wait_seconds_count 2
`,
  )
})

test('in OpenMetrics the family of a counter has no suffix, its samples have, and the text says where it ends', () => {
  const text = metricsText(families, 'openmetrics')
  assert.match(text, /^# HELP calls Calls\.\n# TYPE calls counter\ncalls_total\{/)
  assert.match(text, /wait_seconds_count 2\n# EOF\n$/)
})

test('a quotation mark in a help is escaped where OpenMetrics wants it, and only there', () => {
  const family: MetricFamily = { name: 'a', help: 'So "called".', type: 'gauge', samples: [] }
  assert.equal(metricsText([family]), '# HELP a So "called".\n# TYPE a gauge\n')
  assert.equal(metricsText([family], 'openmetrics'), '# HELP a So \\"called\\".\n# TYPE a gauge\n# EOF\n')
})

test('a number that is none is written as such', () => {
  const sample = { labels: {}, value: Number.NaN }
  assert.match(
    metricsText([{ name: 'a', help: '', type: 'gauge', samples: [sample, { labels: {}, value: -Infinity }] }]),
    /^a NaN\na -Inf$/m,
  )
})
