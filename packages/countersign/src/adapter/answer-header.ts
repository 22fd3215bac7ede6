import type { Principal } from '../core/index.ts'
import { FRESHNESS_HEADER, type Verifier } from '../verifier/index.ts'

/** What the answer to an admitted caller says beside what the handler says; mostly nothing. */
export function answerHeaders(verifier: Verifier, principal: Principal): Record<string, string> | undefined {
  const degradation = verifier.degradation()
  const notices = verifier.notices(principal)
  if (degradation === undefined && notices === undefined) return undefined
  return { ...notices, ...(degradation === undefined ? {} : { [FRESHNESS_HEADER]: degradation }) }
}
