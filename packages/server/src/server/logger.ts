import { destination, type Logger, pino } from 'pino'
import { activePlace } from './telemetry/index.ts'

/** Names under which a secret could come into a log line by mistake. We write none; this is the net below. */
const secretNames = [
  'password',
  'authorization',
  'cookie',
  'token',
  'refresh_token',
  'access_token',
  'credential',
  'secret',
  'idempotency-key',
]

/** One JSON line an event, to standard error: standard output belongs to the command. */
export function createLogger(level: string): Logger {
  const paths = secretNames.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`])
  const options = { level, base: null, redact: { paths, censor: '[redacted]' }, mixin: () => ({ ...activePlace() }) }
  return pino(options, destination({ fd: 2, sync: true }))
}
