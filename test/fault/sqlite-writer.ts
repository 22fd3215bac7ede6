// A process that is made to be killed: it changes a store as fast as it can and says on standard output what was acknowledged.
// Arguments: path of the database, seed, name of this run.

import { writeSync } from 'node:fs'
import { systemClock } from 'countersign/core'
import { sessionRecord, userRecord } from '../../packages/server/src/store/contract/record.ts'
import { openSqliteStore, type Store } from '../../packages/server/src/store/index.ts'

/** One line: what the store has promised to keep. */
export type Acknowledged =
  | { readonly user: string }
  | { readonly opened: string }
  | { readonly rotated: string; readonly generation: number }
  | { readonly ended: string }
  | { readonly position: number; readonly hash: string }
  | { readonly passwordOf: string; readonly generation: number }
  | { readonly claimed: string }

const WORKERS = 12

/** Seeded, so that a run can be asked for again (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

// Written before anything goes on. `process.stdout` would keep lines in this process when the parent reads slowly, and the kill
// would take them: acknowledged to nobody.
const acknowledge = (fact: Acknowledged): void => void writeSync(1, `${JSON.stringify(fact)}\n`)

/** One user with one session at a time, changed step by step until the process is killed. */
async function work(store: Store, user: string, chance: () => number): Promise<void> {
  const at = systemClock.now()
  const life = { createdAt: at, expiresAt: at + 3_600_000, idleExpiresAt: at + 3_600_000 }
  await store.users.create(userRecord(user), 'phc')
  acknowledge({ user })
  let passwordGeneration = 1
  for (let round = 0; ; round++) {
    const session = sessionRecord(`ses_${user}_${round}`, user, life)
    await store.sessions.open({ session, passwordGeneration, single: true })
    acknowledge({ opened: session.id })
    let generation = 1
    while (chance() > 0.1) {
      const step = chance()
      if (step < 0.6) {
        await store.sessions.rotate({
          id: session.id,
          fromGeneration: generation,
          keyId: 'k',
          rotatedBy: undefined,
          idleExpiresAt: life.idleExpiresAt,
          at,
        })
        acknowledge({ rotated: session.id, generation: ++generation })
      } else if (step < 0.75) {
        const { position, hash } = await store.log.revoke({ target: { kind: 'token', id: `t${chance()}` }, mode: 'soft', at })
        acknowledge({ position, hash })
      } else if (step < 0.85) {
        await store.users.changePassword({ user, fromGeneration: passwordGeneration, hash: 'phc', keepSession: session.id, at })
        acknowledge({ passwordOf: user, generation: ++passwordGeneration })
      } else if (step < 0.95) {
        const claim = `${user}-${chance()}`
        await store.replay.claim('nonce', claim, at + 3_600_000)
        acknowledge({ claimed: claim })
      } else {
        // No time at all: this unit fails and must harm none of its neighbours.
        await store.sessions.end(session.id, 0.5).catch(() => undefined)
      }
    }
    await store.sessions.end(session.id, at)
    acknowledge({ ended: session.id })
  }
}

if (import.meta.main) {
  const [path = '', seed = '0', run = ''] = process.argv.slice(2)
  const store = await openSqliteStore({ path, cutoffLifeMs: 305_000 })
  const workers = Array.from({ length: WORKERS }, (_, n) => work(store, `usr_${run}_${n}`, seeded(Number(seed) * WORKERS + n)))
  await Promise.all(workers)
}
