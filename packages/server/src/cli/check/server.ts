import { type EpochMs, systemPlatform } from 'countersign/core'
import { call, type Door } from '../door/door.ts'
import type { KeyRecord } from '../record.ts'
import { type Finding, failed, messageOf, ok, warning } from './finding.ts'

const DAY_MS = 86_400_000
/** Keys are replaced after 30 days: one that is much older shows that nobody maintains them. */
const OLD_KEY_DAYS = 40
const MAX_CLOCK_DIFFERENCE_MS = 5_000

export async function checkReadiness(door: Door): Promise<Finding> {
  try {
    await call<unknown>(door, 'GET', '/readyz')
    return ok('feed', `${door.name} can write, and its heartbeat is alive`)
  } catch (error) {
    return failed('feed', `${door.name}: ${messageOf(error)}`)
  }
}

export async function checkKeys(door: Door): Promise<readonly Finding[]> {
  try {
    const { keys } = await call<{ keys: readonly KeyRecord[] }>(door, 'GET', '/v1/signing-keys')
    const now = systemPlatform.clock.now()
    return keys.filter(({ state }) => state === 'current').map((key) => judgeKey(key, now))
  } catch (error) {
    return [failed('keys', messageOf(error))]
  }
}

function judgeKey({ purpose, algorithm, activated_at: activatedAt, created_at: createdAt }: KeyRecord, now: number): Finding {
  const days = Math.max(0, Math.floor((now - Date.parse(activatedAt ?? createdAt)) / DAY_MS))
  const age = `the ${purpose} key (${algorithm}) signs for ${days} ${days === 1 ? 'day' : 'days'}`
  return days > OLD_KEY_DAYS ? warning('keys', `${age}: let a server run, or use countersign keys rotate`) : ok('keys', age)
}

/** Can a verifier reach the issuer by the name that its tokens carry, and do the clocks agree? */
export async function checkIssuer(issuer: string): Promise<readonly Finding[]> {
  try {
    const { clock } = systemPlatform
    const askedAt = clock.now()
    const response = await systemPlatform.fetch(`${issuer}/.well-known/countersign`, {
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    })
    const answeredAt = clock.now()
    const document: unknown = await response.json()
    const named = typeof document === 'object' && document !== null && 'issuer' in document ? document.issuer : undefined
    if (named !== issuer)
      return [failed('issuer', `${issuer} answers as ${String(named)}: verifiers will refuse it. Set COUNTERSIGN_ISSUER.`)]
    return [ok('issuer', `${issuer} answers under its own name`), checkClock(response.headers.get('date'), askedAt, answeredAt)]
  } catch {
    return [failed('issuer', `${issuer} cannot be reached from here: verifiers need this address`)]
  }
}

/**
 * The server has told its time at some moment between question and answer, in whole seconds: an answer that took long is not held against
 * its clock.
 */
export function checkClock(date: string | null, askedAt: EpochMs, answeredAt: EpochMs): Finding {
  const told = Date.parse(date ?? '')
  if (Number.isNaN(told)) return warning('clock', 'the server tells no time')
  const [aheadAtLeast, aheadAtMost] = [told - answeredAt, told + 1000 - askedAt]
  const difference = Math.max(aheadAtLeast, -aheadAtMost)
  return difference > MAX_CLOCK_DIFFERENCE_MS
    ? failed('clock', `differs from the server’s by ${(difference / 1000).toFixed(1)} s: run a time service on both`)
    : ok('clock', `within ${Math.max(1, Math.ceil(Math.max(-aheadAtLeast, aheadAtMost) / 1000))} s of the server’s`)
}
