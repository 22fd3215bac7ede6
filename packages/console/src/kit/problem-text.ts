import { hostedPage } from '../api/base.ts'
import { signInAddress } from '../api/network.ts'
import { Problem } from '../api/request.ts'
import { kit, problem as sentences } from '../message/en/kit.ts'

/** What happened and what to do, in a sentence or two. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Problem)) return sentences['not_a_problem'] ?? ''
  const sentence = sentences[error.code] ?? error.title
  return error.retryAfterSeconds === undefined ? sentence : `${sentence} ${kit.waitSeconds(error.retryAfterSeconds)}`
}

/** For whoever is asked for help; undefined for what the server knows nothing of. */
export const supportOf = (error: unknown): string | undefined =>
  error instanceof Problem ? kit.support(error.code, error.requestId) : undefined

export interface Remedy {
  readonly href: string
  readonly title: string
}

/** Where somebody has to go first; undefined where that helps nobody. */
export function remedyOf(error: unknown, place: Pick<Location, 'pathname' | 'search'>): Remedy | undefined {
  if (!(error instanceof Problem)) return undefined
  if (error.code === 'factor_enrolment_required') return { href: hostedPage('/account'), title: kit.toAccount }
  if (error.code === 'step_up_required') return { href: signInAddress(place, true), title: kit.confirmHere }
  return error.status === 401 ? { href: signInAddress(place), title: kit.signIn } : undefined
}
