import type { Verifier } from '../api/verifier.ts'

/** What a verifier is: fresh, in grace, stale; silent when a report is overdue. The server may know more words. */
export const verifierStates = ['fresh', 'grace', 'stale', 'silent'] as const

/** How all that report are, together. */
export interface Fleet {
  readonly count: number
  readonly fresh: number
  /** Those that are not, the worst first. */
  readonly troubled: readonly Verifier[]
  /** Whoever has applied least of the log, of those that are heard of; undefined when there is none. */
  readonly furthest: Verifier | undefined
}

/** Worst last: refuses everything, may refuse soon, nobody knows. */
const order: readonly string[] = ['grace', 'silent', 'stale']

const rankOf = ({ state }: Verifier): number => order.indexOf(state)

export function fleetOf(verifiers: readonly Verifier[]): Fleet {
  const troubled = verifiers.filter(({ state }) => state !== 'fresh').sort((a, b) => rankOf(b) - rankOf(a))
  const heard = verifiers.filter(({ state }) => state !== 'silent')
  const furthest = heard.reduce<Verifier | undefined>(
    (worst, each) => (worst === undefined || each.behind > worst.behind ? each : worst),
    undefined,
  )
  return { count: verifiers.length, fresh: verifiers.length - troubled.length, troubled, furthest }
}

/** How people know it. */
export const verifierName = ({ name, instance, service }: Verifier): string => name ?? `${service.name} ${instance}`

export const ofService = (verifiers: readonly Verifier[] | undefined, id: string): readonly Verifier[] | undefined =>
  verifiers?.filter(({ service }) => service.id === id)
