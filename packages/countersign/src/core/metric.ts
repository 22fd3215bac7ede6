/** One number of a family. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Of a histogram: which of its numbers it is. */
  readonly suffix?: '_bucket' | '_sum' | '_count'
}

/** Numbers of one name, as Prometheus knows them. The name of a counter ends in `_total`; units are base units: seconds, bytes. */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: readonly MetricSample[]
}

export type MetricsFormat = 'prometheus' | 'openmetrics'

/** What the text is, for `Content-Type`. */
export const metricsContentTypes: Readonly<Record<MetricsFormat, string>> = Object.freeze({
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
})

/**
 * The families in the text format of Prometheus, or that of OpenMetrics 1.0, which ends in `# EOF`.
 *
 * Does not check names, nor that a family comes once.
 */
export function metricsText(families: readonly MetricFamily[], format: MetricsFormat = 'prometheus'): string {
  const text = families.map((family) => familyText(family, format)).join('')
  return format === 'openmetrics' ? `${text}# EOF\n` : text
}

function familyText({ name, help, type, samples }: MetricFamily, format: MetricsFormat): string {
  // OpenMetrics counts the suffix to the sample and not to the family.
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name
  // In OpenMetrics a quotation mark is escaped there too; Prometheus would show the backslash.
  const helpText = format === 'openmetrics' ? quoted(help) : escaped(help)
  const lines = [`# HELP ${family} ${helpText}`, `# TYPE ${family} ${type}`]
  for (const { labels, value, suffix = '' } of samples) lines.push(`${name}${suffix}${labelText(labels)} ${valueText(value)}`)
  return `${lines.join('\n')}\n`
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${quoted(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
const quoted = (text: string): string => escaped(text).replaceAll('"', '\\"')

function valueText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'
}
