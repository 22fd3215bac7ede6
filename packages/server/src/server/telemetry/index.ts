export { type OAuthGrant, oauthGrantOf, Telemetry } from './telemetry.ts'
export type { RequestWatch } from './request-watch.ts'
export { activePlace } from './traces.ts'
export { allMetrics } from './all-metrics.ts'
