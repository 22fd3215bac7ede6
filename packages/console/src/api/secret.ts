import { send } from './request.ts'

/** How many of each kind. */
export type Counts = Readonly<Record<string, number>>

export interface SecretUse {
  readonly id: string
  readonly sealed: Counts
  readonly made: Counts
  readonly may_go: boolean
}

export interface SecretState {
  /** In the order of the list that the server was given. */
  readonly secrets: readonly SecretUse[]
  readonly lost: Counts
}

export type Resealed = Readonly<Record<string, { readonly resealed: number; readonly lost: number }>>

export const readSecrets = (signal: AbortSignal): Promise<SecretState> => send<SecretState>('GET', '/v1/secrets', { signal })

export async function resealSecrets(): Promise<Resealed> {
  return (await send<{ kinds: Resealed }>('POST', '/v1/secrets/reseal')).kinds
}
