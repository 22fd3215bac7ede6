import { suite, test } from 'node:test'
import { Chance } from './chance.ts'
import { Walk } from './walk.ts'

const few = '60'
const steps = 40
/** `SIMULATION_WALKS=1000 npm test -- test/simulation` walks so many seeds; `SIMULATION_SEED=17` one again. */
const { SIMULATION_SEED: only, SIMULATION_WALKS: walks = few } = process.env
const seeds = only === undefined ? Array.from({ length: Number(walks) }, (_, seed) => seed) : [Number(only)]

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
