import assert from 'node:assert/strict'
import { AuthError, ManualClock, systemRandom } from 'countersign/core'
import { actOf, actOn, Audit, AuditChain, type AuditFacts, type AuditPage, AuditTrail, factsOf } from '../../audit/index.ts'
import { MasterSecret, newMasterSecret } from '../../signing/index.ts'
import type { Store } from '../store.ts'
import { credentialRecord, NOW, sessionRecord, userRecord } from './record.ts'
import { type OpenStore, promises } from './suite.ts'

const DAY_MS = 86_400_000
const KEPT_MS = 30 * DAY_MS
const ADMINISTRATOR = { kind: 'user', id: 'usr_admin' } as const

/** A store with those who record in it and look at it. */
export interface AuditScene {
  readonly clock: ManualClock
  readonly audit: Audit
  readonly trail: AuditTrail
  readonly chain: AuditChain
  /** What is on record, newest first. */
  facts(page?: Partial<AuditPage>): Promise<readonly AuditFacts[]>
  /** Makes a service credential, as an operator does. */
  issue(id: string): Promise<void>
}

const everything: AuditPage = {
  ...{ actor: undefined, target: undefined, operation: undefined, outcome: undefined, from: undefined, to: undefined },
  ...{ before: undefined, limit: 1000 },
}

const failures: unknown[] = []

export async function auditScene(store: Store, secret: string = newMasterSecret(systemRandom)): Promise<AuditScene> {
  const clock = new ManualClock(NOW)
  const platform = { clock, random: systemRandom, fetch }
  const chain = await AuditChain.open({ store: store.sealedSecrets, master: MasterSecret.parse(secret), platform })
  const userOf = async (email: string): Promise<string | undefined> => (await store.users.findByEmail(email))?.user.id
  const audit = new Audit({ store: store.audit, chain, platform, userOf, onFailure: (error) => void failures.push(error) })
  const trail = new AuditTrail({ store: store.audit, chain, clock, keptMs: KEPT_MS })
  return {
    ...{ clock, audit, trail, chain },
    facts: async (page = {}) => (await trail.page({ ...everything, ...page })).map(factsOf).map(({ draft: _, ...facts }) => facts),
    issue: (id) =>
      audit.during({ operation: 'createService', actor: ADMINISTRATOR }, async () => {
        actOn('service', id)
        await store.services.add(credentialRecord(id))
      }),
  }
}

/** What `AuditStore` promises, and every other port with it. */
export function auditStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('[J04] a change of an operator is on record, with who, what, on what, when, from where', async (store) => {
    const { audit, facts } = await auditScene(store)
    const request = { address: '192.0.2.1', requestId: 'req_1', members: ['name'] }
    await audit.during({ operation: 'createService', actor: { ...ADMINISTRATOR, session: 'ses_a' }, ...request }, async () => {
      actOn('service', 'svc_a')
      await store.services.add(credentialRecord('svc_a'))
    })
    const target = { kind: 'service', id: 'svc_a' }
    const actor = { ...ADMINISTRATOR, session: 'ses_a' }
    assert.deepEqual(await facts(), [{ at: NOW, operation: 'createService', actor, target, outcome: 'done', ...request }])
  })

  promise('[J04] an act of several changes has one record; what the server does by itself has one for each', async (store) => {
    const { audit, facts } = await auditScene(store)
    const change = async (id: string): Promise<void> => {
      actOn('user', id)
      await store.users.setRoles(id, ['staff'], NOW)
    }
    for (const id of ['usr_a', 'usr_b']) await store.users.create(userRecord(id), 'hash')
    const both = async (): Promise<void> => {
      await change('usr_a')
      await change('usr_b')
    }
    await audit.during({ operation: 'updateUser', actor: ADMINISTRATOR }, both)
    assert.deepEqual(
      (await facts()).map(({ target }) => target?.id),
      ['usr_a'],
    )
    await audit.during({ operation: 'endElevation', actor: { kind: 'server' }, isSerial: true }, both)
    assert.deepEqual(
      (await facts({ actor: 'server' })).map(({ target }) => target?.id),
      ['usr_b', 'usr_a'],
    )
  })

  promise('[J04] what is not committed is not on record as done; what fails after it was is on record as failed too', async (store) => {
    const { audit, facts, issue } = await auditScene(store)
    await store.users.create(userRecord('usr_a'), 'hash')
    const opening = { session: sessionRecord('ses_a', 'usr_a'), passwordGeneration: 1, single: false }
    const signIn = { operation: 'signIn', actor: { kind: 'anyone' }, isQuiet: true } as const
    assert.notEqual(await audit.during(signIn, () => store.sessions.open(opening)), 'refused')
    await assert.rejects(audit.during(signIn, () => store.sessions.open(opening)))
    assert.equal((await facts()).length, 1, 'the second one was rolled back')
    await audit.during(signIn, () => store.sessions.open({ ...opening, passwordGeneration: 7 }))
    assert.equal((await facts()).length, 1, 'nothing has changed')
    const late = audit.during({ operation: 'revoke', actor: ADMINISTRATOR }, async () => {
      await store.log.revoke({ target: { kind: 'user', id: 'usr_a' }, mode: 'hard', at: NOW })
      throw new AuthError('unavailable')
    })
    await assert.rejects(late, { code: 'unavailable' })
    await issue('svc_a')
    assert.deepEqual(
      (await facts({ operation: 'revoke' })).map(({ outcome, code }) => [outcome, code]),
      [
        ['failed', 'unavailable'],
        ['done', undefined],
      ],
    )
  })

  promise('[J04] what is counted on the way carries no record: it comes with the change itself', async (store) => {
    const { audit, facts } = await auditScene(store)
    await store.users.create(userRecord('usr_a'), 'hash')
    await audit.during({ operation: 'signIn', actor: { kind: 'anyone' }, isQuiet: true }, async () => {
      assert.equal(await store.replay.claim('totp', 'usr_a.1', NOW + 1000), true)
      await store.languages.note('usr_a', 'de')
      await store.throttle.release([], NOW)
      assert.deepEqual(await facts(), [])
      await store.sessions.open({ session: sessionRecord('ses_a', 'usr_a'), passwordGeneration: 1, single: false })
      assert.equal((await facts()).length, 1)
    })
  })

  promise('[J04] what others do when they hear of a change is no part of the act, nor is what goes on when it is over', async (store) => {
    const { audit, facts } = await auditScene(store)
    await store.users.create(userRecord('usr_a'), 'hash')
    let heard: Promise<void> | undefined
    store.log.onAppend(() => {
      heard ??= store.services.add(credentialRecord('svc_heard'))
    })
    const over = Promise.withResolvers<void>()
    let late: Promise<void> | undefined
    await audit.during({ operation: 'endElevation', actor: { kind: 'server' }, isSerial: true }, async () => {
      await store.users.setRoles('usr_a', ['staff'], NOW)
      late = over.promise.then(() => store.services.add(credentialRecord('svc_late')))
      await heard
    })
    over.resolve()
    await Promise.all([heard, late])
    assert.equal((await store.services.list()).length, 2)
    assert.equal((await facts()).length, 1)
  })

  promise('[J04] within an act that is worth none, one that is has a record', async (store) => {
    const { audit, facts } = await auditScene(store)
    await audit.from({ actor: { kind: 'anyone' }, address: '192.0.2.9' }, async () => {
      await store.services.add(credentialRecord('svc_a'))
      await actOf({ operation: 'removeService', actor: { kind: 'server' } }, () => store.services.remove('svc_a', NOW))
    })
    assert.deepEqual(await facts(), [
      { at: NOW, operation: 'removeService', actor: { kind: 'server' }, outcome: 'done', address: '192.0.2.9' },
    ])
  })

  promise('[J04] who is turned away within an act is on record, and no change of the act around it', async (store) => {
    const { audit, facts } = await auditScene(store)
    await audit.during({ operation: 'signIn', actor: { kind: 'anyone' }, isQuiet: true }, async () => {
      const linking = actOf({ operation: 'linkIdentity', isQuiet: true }, async () => {
        throw new AuthError('credentials_invalid')
      })
      await assert.rejects(linking, { code: 'credentials_invalid' })
    })
    assert.deepEqual(
      (await facts()).map(({ operation, outcome }) => [operation, outcome]),
      [['linkIdentity', 'refused']],
    )
  })

  promise('[I15] of fifty acts at once each has its place, without a gap, and the chain holds', async (store) => {
    const { issue, trail } = await auditScene(store)
    await Promise.all(Array.from({ length: 50 }, (_, n) => issue(`svc_${n}`)))
    const records = await trail.page(everything)
    assert.deepEqual(
      records.map(({ position }) => position),
      Array.from({ length: 50 }, (_, n) => 50 - n),
    )
    assert.equal(new Set(records.map((record) => factsOf(record).target?.id)).size, 50)
    const { findings, head } = await trail.verify()
    assert.deepEqual([findings, head], [[], 50])
  })

  promise('[J04] a page is what was asked for, newest first', async (store) => {
    const { audit, clock, facts, issue, trail } = await auditScene(store)
    for (const id of ['svc_a', 'svc_b', 'svc_c']) {
      await issue(id)
      clock.advance(1000)
    }
    await audit.append({ operation: 'restore', actor: { kind: 'local' }, outcome: 'done' })
    const ids = async (page: Partial<AuditPage>): Promise<readonly unknown[]> => (await facts(page)).map(({ target }) => target?.id)
    assert.deepEqual(await ids({ limit: 2 }), [undefined, 'svc_c'])
    assert.deepEqual(await ids({ before: 3 }), ['svc_b', 'svc_a'])
    assert.deepEqual(await ids({ actor: 'usr_admin' }), ['svc_c', 'svc_b', 'svc_a'])
    assert.deepEqual(
      (await facts({ actor: 'local' })).map(({ operation }) => operation),
      ['restore'],
    )
    assert.deepEqual(await ids({ target: 'svc_b' }), ['svc_b'])
    assert.deepEqual(await ids({ operation: 'restore' }), [undefined])
    assert.deepEqual(await ids({ outcome: 'refused' }), [])
    assert.deepEqual(await ids({ from: NOW + 1000, to: NOW + 2000 }), ['svc_b'])
    assert.deepEqual(
      (await store.audit.after(2, 1)).map(({ position }) => position),
      [3],
    )
    assert.equal((await trail.head()).position, 4)
  })

  promise('[J04] how often something was done since then is counted, as far as was asked', async (store) => {
    const { audit, clock, issue, trail } = await auditScene(store)
    for (const id of ['svc_a', 'svc_b', 'svc_c']) {
      await issue(id)
      clock.advance(1000)
    }
    await audit.append({ operation: 'createService', actor: ADMINISTRATOR, outcome: 'refused' })
    assert.equal(await trail.count('createService', NOW, 100), 3)
    assert.equal(await trail.count('createService', NOW + 1000, 100), 2)
    assert.equal(await trail.count('createService', NOW + 1001, 100), 1)
    assert.equal(await trail.count('createService', NOW, 2), 2)
    assert.equal(await trail.count('removeService', NOW, 100), 0)
  })

  promise('[J04] what is forgotten leaves a sealed stub: the rest verifies, a checkpoint of before is known to be older', async (store) => {
    const { clock, issue, trail } = await auditScene(store)
    await issue('svc_a')
    const first = await trail.head()
    await issue('svc_b')
    const second = await trail.head()
    clock.advance(KEPT_MS + 1)
    await issue('svc_c')
    assert.equal(await trail.forget(), 2)
    assert.equal(await trail.forget(), 0)
    assert.deepEqual(
      (await trail.page(everything)).map(({ position }) => position),
      [3],
    )
    const { findings, base, head, records } = await trail.verify()
    assert.deepEqual([findings, base, head, records], [[], 2, 3, 1])
    assert.equal((await trail.verify(first)).checkpoint, 'forgotten')
    assert.equal((await trail.verify(second)).checkpoint, 'held', 'the stub is its very record')
    await issue('svc_d')
    assert.deepEqual((await trail.verify(second)).findings, [])
  })

  promise('[J04] the key of the chain outlives the master secret that has sealed it', async (store) => {
    const [old, next] = [newMasterSecret(systemRandom), newMasterSecret(systemRandom)]
    await (await auditScene(store, old)).issue('svc_a')
    const { chain } = await auditScene(store, `${next} ${old}`)
    assert.equal(await chain.sealedUnder(), 1)
    assert.equal(await chain.reseal(), 1)
    assert.equal(await chain.sealedUnder(), 0)
    const scene = await auditScene(store, next)
    await scene.issue('svc_b')
    assert.deepEqual((await scene.trail.verify()).findings, [])
    await assert.rejects(auditScene(store, old))
    assert.deepEqual(failures, [])
  })
}
