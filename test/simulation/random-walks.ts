import { suite, test } from 'node:test'
import { Chance } from './chance.ts'
import { Walk } from './walk.ts'

const walks = 100
const steps = 40
/** `SIMULATION_SEED=17 npm test -- test/simulation` walks one seed again. */
const only = process.env['SIMULATION_SEED']
const seeds = only === undefined ? Array.from({ length: walks }, (_, seed) => seed) : [Number(only)]

/** The even or the odd seeds: a file each, since files run beside each other. */
export function walkSeeds(parity: 'even' | 'odd'): void {
  suite('random walks: what is revoked is never accepted, what is valid never refused', () => {
    for (const seed of seeds.filter((each) => (each % 2 === 0) === (parity === 'even'))) {
      test(`[B39] [B40] [B19] [I02] [I04] [I08] [I10] seed ${seed}`, async (t) => {
        t.diagnostic(`replay with SIMULATION_SEED=${seed}`)
        await Walk.run(new Chance(seed), steps)
      })
    }
  })
}
