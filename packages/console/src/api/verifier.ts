import { send } from './request.ts'

/** A process of a service that has reported in the last ten minutes. */
export interface Verifier {
  readonly service: { readonly id: string; readonly name: string }
  /** Random: one process. */
  readonly instance: string
  readonly name: string | null
  /** As it said of itself; `silent`: a report is overdue. */
  readonly state: string
  readonly position: number
  /** So many entries of the log it had not applied, in the moment of its report at least. */
  readonly behind: number
  /** How old its copy of the log was when it reported; null before its first heartbeat. */
  readonly age_ms: number | null
  readonly reported_at: string
  readonly feed: string
}

export interface Verifiers {
  readonly verifiers: readonly Verifier[]
  readonly head: { readonly position: number }
}

export const listVerifiers = (signal: AbortSignal): Promise<Verifiers> => send<Verifiers>('GET', '/v1/verifiers', { signal })
