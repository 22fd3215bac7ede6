import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../core/index.ts'
import { ClaimMemory } from './claim-memory.ts'

const START = 1_800_000_000_000

/** A machine whose clock stands at `machineNow`, and a replica that follows it but never falls behind the issuer's newest word. */
function open({
  machineNow = START,
  signedNow = START,
  remembersFrom,
}: {
  machineNow?: number
  signedNow?: number
  remembersFrom?: number
}) {
  const clock = new ManualClock(machineNow)
  const replica = { signedNow, now: () => Math.max(clock.now(), replica.signedNow) }
  const replay = remembersFrom === undefined ? {} : { rememberedSince: remembersFrom }
  return { clock, replica, memory: new ClaimMemory({ clock, replay, replica }) }
}

test('[I16] a claim is kept as long as its signature could be good again after a clock that was ahead is set right', () => {
  const { memory, clock } = open({ machineNow: START + 50_000 })
  assert.equal(memory.keptUntil(START + 170_000) - clock.now(), 170_000)
})

test('[I16] no more than ten minutes of a wrong clock are believed, so that no claim is kept for ever', () => {
  const { memory, clock } = open({ machineNow: START + 86_400_000 })
  assert.equal(memory.keptUntil(START + 86_400_000 + 60_000) - clock.now(), 660_000)
})

test('[I12] [I16] under a slow clock the memory begins by the issuer’s time, not by the machine’s', () => {
  const slow = START - 300_000
  const { memory, clock, replica } = open({ machineNow: slow, remembersFrom: slow })
  assert.equal(memory.begin(), START)
  clock.advance(10_000)
  replica.signedNow += 10_000
  assert.equal(memory.begin(), START)
})

test('a store that forgets nothing knows of every time', () => {
  assert.equal(open({}).memory.begin(), Number.NEGATIVE_INFINITY)
})
