import assert from 'node:assert/strict'
import type { Elevation } from '../../session/elevation-store.ts'
import { NOW, rotationOf, sessionRecord, signedIn, userRecord } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

const MINUTE_MS = 60_000
const USER = 'usr_a'

const elevationRecord = (id: string, change: Partial<Elevation> = {}): Elevation => ({
  id,
  user: USER,
  role: 'oncall',
  reason: 'incident 7: „ß“',
  startedBy: 'usr_operator',
  startedAt: NOW,
  endsAt: NOW + 10 * MINUTE_MS,
  endedAt: undefined,
  endedBy: undefined,
  ...change,
})

const ended = (id: string, at: number, by = 'clock') => ({ id, user: USER, by, at })

/** What `ElevationStore` promises, for any store. */
export function elevationStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('[I02] an elevation is one soft cut-off, and what is issued from then on has the role', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', USER))
    assert.equal('elevations' in ((await store.sessions.issuance('ses_a')) ?? {}), false)
    const elevation = elevationRecord('elv_a')
    assert.deepEqual(await appendedBy(store, () => store.elevations.start(elevation)), [`cutoff user:${USER} soft`])
    assert.deepEqual(await store.elevations.list(USER, 10), [elevation])
    const roles = [{ role: 'oncall', endsAt: elevation.endsAt }]
    const issuance = await store.sessions.issuance('ses_a')
    assert.deepEqual([issuance?.elevations, issuance?.rev], [roles, (await store.log.head()).position])
    const rotated = await store.sessions.rotate(rotationOf(session))
    assert.ok(rotated !== 'lost')
    assert.deepEqual([rotated.elevations, rotated.subject.roles], [roles, []])
    const opened = await store.sessions.open({ session: sessionRecord('ses_b', USER), passwordGeneration: 1, single: true })
    assert.ok(opened !== 'refused')
    assert.deepEqual(opened.elevations, roles)
  })

  promise('[I02] its end is one soft cut-off too, once among many, and nothing issued after it has the role', async (store) => {
    await signedIn(store, sessionRecord('ses_a', USER))
    await store.elevations.start(elevationRecord('elv_a'))
    const appended = await appendedBy(store, async () => {
      const end = async (n: number) => ((await store.elevations.end(ended('elv_a', NOW + n, `usr_${n}`))) === undefined ? 'late' : 'ended')
      assert.deepEqual(
        await askAtOnce(20, end),
        new Map([
          ['ended', 1],
          ['late', 19],
        ]),
      )
    })
    assert.deepEqual(appended, [`cutoff user:${USER} soft`])
    const issuance = await store.sessions.issuance('ses_a')
    assert.deepEqual([issuance !== undefined && 'elevations' in issuance, issuance?.rev], [false, (await store.log.head()).position])
    const [noted] = await store.elevations.list(USER, 10)
    assert.match(noted?.endedBy ?? '', /^usr_\d+$/)
    assert.notEqual(await store.sessions.find('ses_a'), undefined)
  })

  promise('[I02] the log of events says which roles there are then, who asked for what, and why', async (store) => {
    await store.users.create(userRecord(USER, { roles: ['staff'] }), 'phc')
    const { position } = await store.events.head()
    await store.elevations.start(elevationRecord('elv_a'))
    await store.elevations.end(ended('elv_a', NOW + 1))
    const occurrences = await store.events.after(position, 10)
    assert.deepEqual(occurrences !== 'forgotten' && occurrences.map(({ cause }) => cause), [
      { claims: { roles: ['staff', 'oncall'] }, reason: 'incident 7: „ß“', elevation: 'elv_a' },
      { claims: { roles: ['staff'] }, elevation: 'elv_a' },
    ])
  })

  promise('[I02] of many that ask for one role at once one begins; who has it for good needs none', async (store) => {
    await store.users.create(userRecord(USER, { roles: ['staff'] }), 'phc')
    const appended = await appendedBy(store, async () => {
      assert.deepEqual(
        await askAtOnce(20, (n) => store.elevations.start(elevationRecord(`elv_${n}`))),
        new Map([
          ['started', 1],
          ['held', 19],
        ]),
      )
      assert.equal(await store.elevations.start(elevationRecord('elv_staff', { role: 'staff' })), 'held')
    })
    assert.equal(appended.length, 1)
    assert.equal(await store.elevations.start(elevationRecord('elv_other', { role: 'billing' })), 'started')
    const again = elevationRecord('elv_again', { startedAt: NOW + 10 * MINUTE_MS, endsAt: NOW + 20 * MINUTE_MS })
    assert.equal(await store.elevations.start(again), 'started')
    await store.elevations.end(ended((await store.elevations.due(NOW + 10 * MINUTE_MS, 1))[0]?.id ?? '', NOW + 10 * MINUTE_MS))
    assert.equal((await store.elevations.list(USER, 10)).length, 3)
  })

  promise('nobody is elevated who is not there or suspended, and nobody ends what is another’s', async (store) => {
    await store.users.create(userRecord(USER), 'phc')
    await store.users.setStatus(USER, 'suspended', NOW)
    const appended = await appendedBy(store, async () => {
      assert.equal(await store.elevations.start(elevationRecord('elv_a')), 'refused')
      assert.equal(await store.elevations.start(elevationRecord('elv_a', { user: 'usr_x' })), 'refused')
      assert.equal(await store.elevations.end({ ...ended('elv_a', NOW), user: 'usr_b' }), undefined)
      assert.equal(await store.elevations.end(ended('elv_a', NOW)), undefined)
    })
    assert.deepEqual(appended, [])
  })

  promise('[I02] a suspension ends it, and restoring does not bring it back', async (store) => {
    await store.users.create(userRecord(USER), 'phc')
    await store.elevations.start(elevationRecord('elv_a'))
    await store.users.setStatus(USER, 'suspended', NOW + 1)
    await store.users.setStatus(USER, 'active', NOW + 2)
    const opened = await store.sessions.open({ session: sessionRecord('ses_a', USER), passwordGeneration: 1, single: false })
    assert.ok(opened !== 'refused' && !('elevations' in opened))
    const [noted] = await store.elevations.list(USER, 10)
    assert.deepEqual([noted?.endedAt, noted?.endedBy], [NOW + 1, 'suspension'])
  })

  promise('those whose time is over are found until their end was noted, and forgotten long after it', async (store) => {
    for (const user of [USER, 'usr_b']) await store.users.create(userRecord(user), 'phc')
    await store.elevations.start(elevationRecord('elv_a'))
    await store.elevations.start(elevationRecord('elv_b', { user: 'usr_b', endsAt: NOW + MINUTE_MS }))
    const due = async (now: number, limit = 10) => (await store.elevations.due(now, limit)).map(({ id }) => id)
    assert.deepEqual(await due(NOW + MINUTE_MS - 1), [])
    assert.deepEqual(await due(NOW + MINUTE_MS), ['elv_b'])
    assert.deepEqual(await due(NOW + 10 * MINUTE_MS), ['elv_b', 'elv_a'])
    assert.deepEqual(await due(NOW + 10 * MINUTE_MS, 1), ['elv_b'])
    await store.elevations.end(ended('elv_a', NOW + 10 * MINUTE_MS))
    assert.deepEqual(await due(NOW + 10 * MINUTE_MS), ['elv_b'])
    assert.equal(await store.elevations.sweep(NOW + 10 * MINUTE_MS, 10), 0)
    assert.equal(await store.elevations.sweep(NOW + 10 * MINUTE_MS + 1, 10), 1)
    assert.deepEqual(await store.elevations.list(USER, 10), [])
  })
}
