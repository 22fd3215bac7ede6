import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from 'countersign/core'
import { generateSigningKey } from 'countersign/key'
import { encodeFeedMessage } from 'countersign/revocation'
import { ISSUER, SignedLog } from '../../packages/countersign/src/revocation/contract/signed-log.ts'
import { PATIENCE_MS } from '../http/patience.ts'
import { isRevoked, Scene, shuffled, verdicts } from './scene.ts'
import type { Wire } from './wire.ts'

const users = Array.from({ length: 12 }, (_, index) => `user-${index}`)

/** What is tried on the broker of a wire: it loses all that it holds; it stops to answer for a moment, or for long. */
export interface Mishaps {
  readonly loss?: true
  readonly moment?: true
  readonly silence?: true
}

/** What every way from the issuer to a verifier must hold, whatever carries the messages. It is trusted with nothing. */
export function feedContract(name: string, openWire: () => Promise<Wire>, mishaps: Mishaps = {}): void {
  const open = async (): Promise<Scene> => new Scene(await openWire())

  // Each test has a stream of its own.
  suite(`the feed over ${name}`, { concurrency: true }, () => {
    test('[I03] a reader becomes fresh, and what is revoked is revoked there', async () => {
      await using scene = await open()
      await scene.revoke('before')
      const reader = await scene.reader({ idleTimeoutMs: PATIENCE_MS })
      await scene.caughtUp(reader)
      assert.equal(isRevoked(reader, 'ann'), false)
      await scene.revoke('ann')
      await scene.until(() => isRevoked(reader, 'ann'), 'ann is refused')
      assert.equal(isRevoked(reader, 'before'), true)
      await scene.caughtUp(reader)
      assert.equal(scene.issuer.snapshots, 1, 'the messages came through the wire')
    })

    test('[I07] who was away catches up', async () => {
      await using scene = await open()
      const reader = await scene.reader()
      reader.feed.close()
      for (const user of users) await scene.revoke(user)
      const again = await scene.reader()
      await scene.caughtUp(again)
      assert.equal(verdicts(again, users), '1'.repeat(users.length))
    })

    test('[I08] F23: messages that come several times leave the same state', async () => {
      await using scene = await open()
      const reader = await scene.reader()
      const messages: string[] = []
      for (const [index, user] of users.entries()) {
        const after = scene.log.head.position
        scene.log.revoke('user', user)
        messages.push(...Array.from({ length: 1 + (index % 5) }, () => scene.log.batch(after)), scene.log.heartbeat())
      }
      await scene.tell([...messages, ...messages])
      await scene.caughtUp(reader)
      assert.equal(verdicts(reader, users), '1'.repeat(users.length))
      assert.equal(reader.replica.size, users.length)
    })

    test('[I08] F24: messages in any order leave the same state; a reader may have to ask for a snapshot', async () => {
      await using scene = await open()
      const reader = await scene.reader()
      const messages = users.map((user) => {
        const after = scene.log.head.position
        scene.log.revoke('user', user)
        return scene.log.batch(after)
      })
      await scene.tell(shuffled(messages, 7))
      await scene.caughtUp(reader)
      assert.equal(verdicts(reader, users), '1'.repeat(users.length))
      assert.equal(reader.replica.size, users.length)
    })

    test('[I07] F25: what a broker swallows is missed, and had from a snapshot', async () => {
      await using scene = await open()
      const reader = await scene.reader()
      scene.log.revoke('user', 'swallowed')
      await scene.revoke('after-it')
      await scene.until(() => isRevoked(reader, 'swallowed'), 'the gap was noticed')
      await scene.caughtUp(reader)
      assert.equal(isRevoked(reader, 'after-it'), true)
      // The last entry of all is missed by nothing that follows, but by what the heartbeat says.
      scene.log.revoke('user', 'last')
      await scene.until(() => isRevoked(reader, 'last'), 'the heartbeat told')
    })

    test('[I07] F25: an old part of the log told again un-revokes nothing, and freshens nobody', async () => {
      await using scene = await open()
      const reader = await scene.reader()
      const old = [scene.log.heartbeat(), scene.log.snapshot()]
      for (const user of users) await scene.revoke(user)
      await scene.caughtUp(reader)
      const { position } = reader.replica
      await scene.tell([...old, ...old])
      await scene.revoke('one-more')
      await scene.caughtUp(reader)
      assert.equal(reader.replica.position, position + 1)
      assert.equal(verdicts(reader, [...users, 'one-more']), '1'.repeat(users.length + 1))
    })

    test('[I07] forged, foreign and senseless messages change nothing', async () => {
      await using scene = await open()
      const reader = await scene.reader({ idleTimeoutMs: PATIENCE_MS })
      await scene.caughtUp(reader)
      const { snapshots } = scene.issuer
      const forger = new SignedLog(systemClock)
      forger.revoke('user', 'victim')
      const named = encodeFeedMessage({ type: 'entries', iss: 'https://other.example', after: 0, entries: forger.entries }, scene.log.key)
      const key = generateSigningKey('ES256')
      const renamed = encodeFeedMessage({ type: 'heartbeat', iss: ISSUER, head: 99, hash: forger.head.hash, at: systemClock.now() }, key)
      const genuine = scene.log.heartbeat()
      const cut = `${genuine.slice(0, -12)}AAAAAAAAAAAA`
      await scene.tell([forger.batch(0), forger.heartbeat(), forger.snapshot(), named, renamed, cut, 'x', '{"position":7}', '..'])
      await scene.revoke('genuine')
      await scene.caughtUp(reader)
      assert.equal(isRevoked(reader, 'victim'), false)
      assert.equal(isRevoked(reader, 'genuine'), true)
      assert.equal(scene.issuer.snapshots, snapshots, 'nobody was made to ask for a snapshot')
    })
  })
  if (Object.keys(mishaps).length === 0) return
  // The broker is of all.
  suite(`the feed over ${name}, when the broker fails`, () => {
    if (mishaps.loss) survivesLoss(open)
    if (mishaps.moment) survivesMoment(open)
    if (mishaps.silence) survivesSilence(open)
  })
}

function survivesLoss(open: () => Promise<Scene>): void {
  test('[I02] [I07] F18 F22: when everything in it is lost nothing is un-revoked, and the readers recover', async () => {
    await using scene = await open()
    const reader = await scene.reader()
    for (const user of users) await scene.revoke(user)
    await scene.caughtUp(reader)
    scene.log.revoke('user', 'told-to-nobody')
    await scene.wire.lose()
    assert.equal(verdicts(reader, users), '1'.repeat(users.length))
    await scene.until(() => isRevoked(reader, 'told-to-nobody'), 'the reader has heard what the broker had lost')
    await scene.revoke('afterwards')
    await scene.until(() => isRevoked(reader, 'afterwards'), 'the reader follows again')
    await scene.caughtUp(reader)
    assert.equal(verdicts(reader, users), '1'.repeat(users.length))
  })
}

function survivesMoment(open: () => Promise<Scene>): void {
  test('[I06] F20: cut off from broker and issuer a reader goes stale and says so; afterwards it catches up', async () => {
    await using scene = await open()
    const reader = await scene.reader({ freshMs: 1000, graceMs: 2000 })
    await scene.revoke('before')
    await scene.caughtUp(reader)
    scene.issuer.isReachable = false
    scene.wire.stop()
    try {
      scene.log.revoke('user', 'meanwhile')
      await scene.until(() => reader.replica.freshness().state === 'stale', 'the reader is stale')
      assert.equal(isRevoked(reader, 'before'), true)
    } finally {
      scene.wire.continue()
      scene.issuer.isReachable = true
    }
    await scene.until(() => isRevoked(reader, 'meanwhile'), 'the reader has caught up')
    await scene.caughtUp(reader)
  })
}

function survivesSilence(open: () => Promise<Scene>): void {
  test('[I06] while the broker answers nothing a reader still hears from the issuer', async () => {
    await using scene = await open()
    const reader = await scene.reader()
    await scene.caughtUp(reader)
    scene.wire.stop()
    try {
      scene.log.revoke('user', 'meanwhile')
      await scene.until(() => isRevoked(reader, 'meanwhile'), 'a snapshot told')
      assert.notEqual(reader.replica.freshness().state, 'stale')
    } finally {
      scene.wire.continue()
    }
    await scene.revoke('afterwards')
    await scene.until(() => isRevoked(reader, 'afterwards'), 'the reader follows again')
  })
}
