import type { DigestAlgorithm } from '../crypto/index.ts'
import { isInnerList, parseDictionary, serializeDictionary } from './structured-field/index.ts'

/** RFC 9530 section 4: 1 is least, 10 is most wanted, 0 is not acceptable. */
const MOST = 10

/**
 * Reads `Want-Content-Digest` or `Want-Repr-Digest` (RFC 9530 section 4).
 *
 * @returns the algorithm that is wanted most of those that resist an attacker; `undefined` when none is acceptable. A field that is
 *   malformed is as one that was not sent (section 4: it is a wish), and so wants nothing.
 */
export function wantedDigest(field: string): DigestAlgorithm | undefined {
  let best: { readonly algorithm: DigestAlgorithm; readonly preference: number } | undefined
  for (const [algorithm, preference] of preferences(field)) {
    if (preference > (best?.preference ?? 0)) best = { algorithm, preference }
  }
  return best?.algorithm
}

/** The value of `Want-Content-Digest` that asks for these, the first one most. */
export function wantDigest(algorithms: readonly DigestAlgorithm[]): string {
  return serializeDictionary(
    new Map(algorithms.map((name, index) => [name, { bare: { type: 'integer', value: MOST - index }, parameters: new Map() }])),
  )
}

function* preferences(field: string): Generator<readonly [DigestAlgorithm, number]> {
  let members: ReturnType<typeof parseDictionary>
  try {
    members = parseDictionary(field)
  } catch {
    return
  }
  for (const algorithm of ['sha-512', 'sha-256'] as const) {
    const member = members.get(algorithm)
    if (member === undefined || isInnerList(member) || member.bare.type !== 'integer') continue
    if (member.bare.value <= MOST) yield [algorithm, member.bare.value]
  }
}
