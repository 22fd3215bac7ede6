import type { Platform } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import { PasswordHasher } from '../account/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import type { Telemetry } from './telemetry/index.ts'

/** The same platform, with the calls to others watched. */
export const observedPlatform = (platform: Platform, telemetry: Telemetry): Platform => ({
  ...platform,
  fetch: async (input, init) => {
    const url = URL.parse(input instanceof Request ? input.url : String(input))
    const watch = telemetry.outgoing(init?.method ?? (input instanceof Request ? input.method : 'GET'), url)
    let status: number | undefined
    try {
      const response = await platform.fetch(input, withHeaders(input, init, watch.headers))
      status = response.status
      return response
    } finally {
      watch.ended(status)
    }
  },
})

function withHeaders(
  input: string | URL | Request,
  init: RequestInit | undefined,
  added: Readonly<Record<string, string>>,
): RequestInit | undefined {
  const more = Object.entries(added)
  if (more.length === 0) return init
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
  for (const [name, value] of more) headers.set(name, value)
  return { ...init, headers }
}

/** The same store, with what may be used once counted. */
export const observedStore = (store: Store, telemetry: Telemetry): Store => ({ ...store, replay: observedReplay(store.replay, telemetry) })

/** What a store does not say of itself it must not say here: `rememberedSince` is only there where it was. */
const observedReplay = (replay: ReplayStore, { metrics: { replayClaims } }: Telemetry): ReplayStore => ({
  ...(replay.rememberedSince === undefined ? {} : { rememberedSince: replay.rememberedSince }),
  async claim(scope, id, expiresAt) {
    let outcome = 'failed'
    try {
      const isFirst = await replay.claim(scope, id, expiresAt)
      outcome = isFirst ? 'first' : 'repeated'
      return isFirst
    } finally {
      replayClaims.add(outcome)
    }
  },
})

interface HasherGround {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly telemetry: Telemetry
}

/** What hashes passwords, under watch. */
export async function openHasher({ config, platform: { random, clock }, telemetry }: HasherGround): Promise<PasswordHasher> {
  const cost = { memoryKib: config.passwordMemoryKib, passes: config.passwordPasses, parallelism: 1 }
  const hasher = await PasswordHasher.open({ cost, random, clock, onTurn: (waitedMs) => telemetry.passwordTurn(waitedMs) })
  telemetry.watchPasswords(hasher)
  return hasher
}
