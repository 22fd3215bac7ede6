import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Chance } from './chance.ts'
import { nothingSeen, Outage } from './outage.ts'

const few = '0-14'
/** `SIMULATION_SEEDS=0-999` runs so many; `SIMULATION_SEED=17` runs one again. */
const { SIMULATION_SEED: only, SIMULATION_SEEDS: range = few } = process.env
const [first = 0, last = first] = (only ?? range).split('-').map(Number)
const seeds = Array.from({ length: last - first + 1 }, (_, place) => first + place)

suite('ten minutes of outages: nothing revoked is accepted beyond the bound, ordinary routes stay up within the grace', () => {
  const seen = nothingSeen()
  // Every refusal is an error: to write down where each was made would take a quarter of the time. A failed seed says what it saw.
  const { stackTraceLimit } = Error
  before(() => {
    Error.stackTraceLimit = 0
  })
  after(() => {
    Error.stackTraceLimit = stackTraceLimit
  })

  for (const seed of seeds) {
    test(`[B39] [B40] [I04] [I07] [I08] [I21] outage ${seed}`, async (t) => {
      t.diagnostic(`replay with SIMULATION_SEED=${seed}`)
      await Outage.run(new Chance(seed), seen)
    })
  }

  test('the outages were long enough to tell: revoked tokens were still accepted within the bound, and routes did stop beyond it', (t) => {
    t.diagnostic(JSON.stringify(seen))
    if (seeds.length < 10) return
    assert.ok(seen.longestMs > 30_000, `no revoked token was accepted later than ${seen.longestMs} ms`)
    for (const verdict of ['accepted', 'token_revoked', 'revocation_unknown']) assert.ok((seen.verdicts[verdict] ?? 0) > 1000, verdict)
  })
})
