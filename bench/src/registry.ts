import type { Bench } from './bench.ts'

/** Name to program, loaded only when asked for: one bench needs neither the peers nor the parts of another. */
export const registry: Readonly<Record<string, () => Promise<Bench>>> = {
  'verify-seen': async () => (await import('./bench/verify-seen.ts')).verifySeen,
  'verify-cold': async () => (await import('./bench/verify-cold.ts')).verifyCold,
  sign: async () => (await import('./bench/sign.ts')).sign,
  signed: async () => (await import('./bench/signed.ts')).signedRequests,
  middleware: async () => (await import('./bench/middleware.ts')).middleware,
  bff: async () => (await import('./bench/bff.ts')).bff,
  refresh: async () => (await import('./bench/refresh.ts')).refresh,
  oauth: async () => (await import('./bench/oauth.ts')).oauth,
  revoke: async () => (await import('./bench/revoke.ts')).revoke,
  feeds: async () => (await import('./bench/feeds.ts')).feeds,
  fleet: async () => (await import('./bench/fleet.ts')).fleet,
  sockets: async () => (await import('./bench/sockets.ts')).sockets,
  'api-key': async () => (await import('./bench/api-key.ts')).apiKey,
  webhook: async () => (await import('./bench/webhook.ts')).webhook,
  'sign-in-flood': async () => (await import('./bench/sign-in-flood.ts')).signInFlood,
  enumeration: async () => (await import('./bench/enumeration.ts')).enumeration,
  replay: async () => (await import('./bench/replay.ts')).replay,
  index: async () => (await import('./bench/index-table.ts')).indexTable,
}
