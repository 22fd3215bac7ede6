import type { ManualClock } from 'countersign/core'
import type { FakeIssuer } from '../http/fake-issuer.ts'
import { until as waitUntil } from '../http/patience.ts'

/** Time goes by while the issuer is heard every second, as it should be. */
export function pass(clock: ManualClock, issuer: FakeIssuer, seconds: number): void {
  for (let passed = 0; passed < seconds; passed++) {
    clock.advance(1000)
    issuer.heartbeat()
  }
}

/** Waits for what other parts of this process, or its sockets, are about to do. */
export async function until(isSo: () => boolean): Promise<void> {
  await waitUntil(String(isSo), isSo)
}
