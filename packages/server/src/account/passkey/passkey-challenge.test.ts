import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock, systemPlatform } from 'countersign/core'
import { MemoryReplayStore } from 'countersign/replay'
import { MasterSecret, newMasterSecret } from '../../signing/master-secret.ts'
import { PasskeyChallenges } from './passkey-challenge.ts'

const START = 1_800_000_000_000

function open(secrets: string, clock = new ManualClock(START)) {
  const platform = { ...systemPlatform, clock }
  return {
    clock,
    challenges: new PasskeyChallenges({ secret: MasterSecret.parse(secrets), replay: new MemoryReplayStore({ clock }), platform }),
  }
}

test('[H04] a challenge is ours for its purpose, its binding and five minutes, on every server that has the secret', () => {
  const [older, newer] = [newMasterSecret(systemPlatform.random), newMasterSecret(systemPlatform.random)]
  const { challenges, clock } = open(older)
  const challenge = challenges.issue('factor', 'usr_a.')
  assert.equal(challenges.open('factor', 'usr_a.', challenge)?.expiresAt, START + 300_000)
  assert.notEqual(open(`${newer},${older}`, clock).challenges.open('factor', 'usr_a.', challenge), undefined)
  assert.equal(open(newer, clock).challenges.open('factor', 'usr_a.', challenge), undefined)
  assert.equal(challenges.open('sign-in', 'usr_a.', challenge), undefined)
  for (const binding of ['', 'usr_a', 'usr_a.ses_a', 'usr_b.']) assert.equal(challenges.open('factor', binding, challenge), undefined)
  clock.advance(299_999)
  assert.notEqual(challenges.open('factor', 'usr_a.', challenge), undefined)
  clock.advance(1)
  assert.equal(challenges.open('factor', 'usr_a.', challenge), undefined)
})

test('[H04] no other text is a challenge: every bit of it counts', () => {
  const { challenges } = open(newMasterSecret(systemPlatform.random))
  const challenge = challenges.issue('sign-in', '')
  const bytes = Buffer.from(challenge, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(challenges.open('sign-in', '', changed.toString('base64url')), undefined)
  }
  for (const text of ['', challenge.slice(1), `${challenge}A`, `${challenge}=`, ` ${challenge}`, '*'.repeat(72)]) {
    assert.equal(challenges.open('sign-in', '', text), undefined)
  }
})

test('[H04] [I01] of many who claim it one does', async () => {
  const { challenges } = open(newMasterSecret(systemPlatform.random))
  const found = challenges.open('enrol', 'x', challenges.issue('enrol', 'x'))
  assert.ok(found !== undefined)
  const claims = await Promise.allSettled(Array.from({ length: 20 }, () => challenges.claim(found)))
  const refusals = claims.flatMap((claim) => (claim.status === 'rejected' ? [claim.reason] : []))
  assert.equal(refusals.length, 19)
  assert.ok(refusals.every((error) => error instanceof AuthError && error.code === 'request_replayed'))
})
