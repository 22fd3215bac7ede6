import type { Counts, Resealed, SecretState } from '../api/secret.ts'
import { secret } from '../message/en/signing-key.ts'

/** "3 signing keys, 1 stream"; kinds that are not known here by the name that the server has for them. */
export function countsText(counts: Counts): string {
  return Object.entries(counts)
    .map(([kind, count]) => {
      const plain = kind.replaceAll('_', ' ')
      const [one, several] = secret.kinds[kind] ?? [plain, plain]
      return secret.count(count, one, several)
    })
    .join(', ')
}

/** What rests under another secret than the first: what a reseal would move. */
export function movable({ secrets }: SecretState): Counts {
  const total: Record<string, number> = {}
  for (const { sealed } of secrets.slice(1)) {
    for (const [kind, count] of Object.entries(sealed)) total[kind] = (total[kind] ?? 0) + count
  }
  return total
}

const some = (entries: readonly (readonly [string, number])[]): Counts => Object.fromEntries(entries.filter(([, count]) => count > 0))

/** What a reseal has come to, as sentences. */
export function resealedText(kinds: Resealed): string {
  const entries = Object.entries(kinds)
  const moved = countsText(some(entries.map(([kind, { resealed }]) => [kind, resealed])))
  const lost = countsText(some(entries.map(([kind, each]) => [kind, each.lost])))
  return [moved === '' ? secret.resealedNothing : secret.resealed(moved), ...(lost === '' ? [] : [secret.resealedLost(lost)])].join(' ')
}
