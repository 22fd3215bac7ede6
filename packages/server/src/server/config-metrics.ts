import { isLoopback } from 'countersign/core'
import { type Read, WrongValue } from './config-value.ts'

/**
 * Who may read the metrics. `local`: this machine's administrator, through the local socket or in process. Beside them: `authenticated`:
 * services and operators, over HTTP. `listener`: whoever is on this machine, on a port of its own.
 */
export type MetricsAccess =
  | { readonly kind: 'local' | 'authenticated' }
  | { readonly kind: 'listener'; readonly host: string; readonly port: number }

const LOCAL_METRICS: MetricsAccess = Object.freeze({ kind: 'local' })

/** `127.0.0.1:9464` or `[::1]:9464`. */
const place = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([\da-f:]{2,39})\]|(localhost)):(\d{1,5})$/

const metricsAccess: Read<MetricsAccess> = (raw) => {
  const hint = 'Use local, authenticated, or an address of this machine with a port, such as 127.0.0.1:9464.'
  if (raw === 'local') return LOCAL_METRICS
  if (raw === 'authenticated') return Object.freeze({ kind: 'authenticated' })
  const [, four, six, name, digits] = typeof raw === 'string' ? (place.exec(raw.trim().toLowerCase()) ?? []) : []
  const host = four ?? six ?? (name === undefined ? undefined : '127.0.0.1')
  const port = Number(digits)
  if (host === undefined || port > 65_535) throw new WrongValue('is neither local nor authenticated, nor an address with a port', hint)
  // Nobody is asked who they are there.
  if (!isLoopback(host)) throw new WrongValue('is an address that others can reach, and there nobody is asked who they are', hint)
  return Object.freeze({ kind: 'listener', host, port })
}

export interface MetricsSettings {
  readonly metrics: MetricsAccess
}

export interface MetricsOptions {
  /** `local`, `authenticated` or an address of this machine with a port, such as `127.0.0.1:9464`. */
  readonly metrics?: string
}

/** One row a setting, as `config.ts` has them. */
export const metricsSettings: { readonly metrics: { readonly variable: string; readonly read: Read<MetricsAccess> } } = {
  metrics: { variable: 'COUNTERSIGN_METRICS', read: metricsAccess },
}

export const metricsSettingsOf = (given: Partial<MetricsSettings>): MetricsSettings => ({ metrics: given.metrics ?? LOCAL_METRICS })
