import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { AuthError, ManualClock } from 'countersign/core'
import type { CallerKey } from '../../packages/server/src/credential/caller-key.ts'
import type { Store } from '../../packages/server/src/store/index.ts'
import {
  callerKeyRecord,
  credentialRecord,
  CUTOFF_LIFE_MS,
  NOW,
  rotationOf,
  sessionRecord,
  signedIn,
  userRecord,
} from '../../packages/server/src/store/contract/record.ts'
import { ruleRecord } from '../../packages/server/src/store/contract/trust-rule-store.ts'
import { openPostgresStore } from '../../packages/server/src/store/postgres/store.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

const LOOPS = 24
/** So many are under way before somebody ends it. */
const WARM = 3 * LOOPS
/** Whoever waits in a line is passed by those who stood in it, and by a few turns while they come to it; without a line it is a matter of luck, and of thousands. */
const PASSED_AT_MOST = 10 * LOOPS

const ROUNDS = 8
/** Prime to how many things are done at once. */
const STRIDES = [1, 3, 7, 11, 19, 49]

/** One of each, and nobody else has any of them. */
interface Ground {
  readonly user: string
  readonly service: string
  readonly session: string
  readonly parent: string
}

const KINDS = ['user', 'service'] as const

/** Makes one more. @returns false once there is nothing more to make it of. */
type Make = (store: Store, ground: Ground, id: string) => Promise<boolean>
type End = (store: Store, ground: Ground) => Promise<unknown>

interface Flood {
  readonly owner: 'user' | 'service'
  readonly make: Make
  /** With these nothing more is made, and what has to be gone is. */
  readonly endings: Readonly<Record<string, End>>
  /** With these more may be made. */
  readonly changes: Readonly<Record<string, End>>
}

const ownerOf = ({ user, service }: Ground, kind: 'user' | 'service'): CallerKey['owner'] => ({
  kind,
  id: kind === 'user' ? user : service,
})

const adding =
  (kind: 'user' | 'service', ...hangsOn: readonly ('session' | 'parent')[]): Make =>
  async (store, ground, id) => {
    const on = Object.fromEntries(hangsOn.map((name) => [name, ground[name]]))
    return (await store.callerKeys.add(callerKeyRecord(id, { owner: ownerOf(ground, kind), ...on }))) === 'added'
  }

const revokeEveryone: End = ({ log }) => log.revoke({ target: { kind: 'everyone', id: '' }, mode: 'hard', at: NOW })
const removeService: End = ({ services }, { service }) => services.remove(service, NOW)
const removeParent: End = ({ callerKeys }, { parent }) => callerKeys.remove(parent, NOW)
const changesOfParent = (kind: 'user' | 'service'): Readonly<Record<string, End>> => ({
  'the key is switched off': ({ callerKeys }, { parent }) =>
    callerKeys.update(parent, ({ settings }) => ({ settings: { ...settings, disabled: true }, expiresAt: undefined }), NOW),
  'the key is replaced': async ({ callerKeys }, ground) => {
    const { parent } = ground
    const successor = callerKeyRecord(`${parent} next`, { owner: ownerOf(ground, kind) })
    assert.equal(await callerKeys.replace(parent, successor, NOW + 1, NOW), 'replaced')
  },
  'the use of the key is noted': ({ callerKeys }, { parent }) => callerKeys.noteUses([{ id: parent, at: NOW }]),
})

const floods: Readonly<Record<string, Flood>> = {
  'keys of a person': {
    owner: 'user',
    make: adding('user'),
    endings: { 'the person is suspended': ({ users }, { user }) => users.setStatus(user, 'suspended', NOW) },
    changes: {
      'the person is revoked': ({ log }, { user }) => log.revoke({ target: { kind: 'user', id: user }, mode: 'hard', at: NOW }),
      'the person loses a role': ({ users }, { user }) => users.setRoles(user, [], NOW),
      'the person signs in elsewhere': (store, { user }) => signedIn(store, sessionRecord(`${user} elsewhere`, user)),
    },
  },
  'keys of a session': {
    owner: 'user',
    make: adding('user', 'session'),
    endings: {
      'the session ends': ({ sessions }, { session }) => sessions.end(session, NOW),
      'everyone is revoked': revokeEveryone,
    },
    changes: {
      'the session is refreshed': async ({ sessions }, { session, user }) =>
        assert.notEqual(await sessions.rotate(rotationOf(sessionRecord(session, user))), 'lost'),
    },
  },
  'temporary credentials of the key of a person': {
    owner: 'user',
    make: adding('user', 'parent'),
    endings: { 'the key is removed': removeParent },
    changes: changesOfParent('user'),
  },
  'temporary credentials of the key of a service': {
    owner: 'service',
    make: adding('service', 'parent'),
    endings: { 'the key is removed': removeParent, 'the service is removed': removeService },
    changes: changesOfParent('service'),
  },
  'keys of a service': { owner: 'service', make: adding('service'), endings: { 'the service is removed': removeService }, changes: {} },
  'rules about a service': {
    owner: 'service',
    make: async ({ trustRules }, { service }, id) =>
      (await trustRules.add(ruleRecord(id, { service, issuer: `https://${service}.example` }), 10_000)) === 'added',
    endings: { 'the service is removed': removeService },
    changes: {},
  },
}

suite('whoever keeps making keys without a pause', () => {
  let postgres: PostgresServer
  let operator: Store
  let server: Store
  let cases = 0
  before(async () => {
    postgres = await startPostgres()
    const options = { url: await postgres.createDatabase(), cutoffLifeMs: CUTOFF_LIFE_MS, clock: new ManualClock(NOW) }
    operator = await openPostgresStore(options)
    server = await openPostgresStore({ ...options, connections: LOOPS })
  })
  after(async () => {
    await Promise.all([operator.close(), server.close()])
    await postgres[Symbol.asyncDispose]()
  })

  async function standing(kind: 'user' | 'service'): Promise<Ground> {
    const n = ++cases
    const ground = { user: `usr_${n}`, service: `svc_${n}`, session: `ses_${n}`, parent: `CSK${n}` }
    await signedIn(operator, sessionRecord(ground.session, ground.user))
    await operator.services.add(credentialRecord(ground.service))
    await operator.callerKeys.add(callerKeyRecord(ground.parent, { owner: ownerOf(ground, kind) }))
    return ground
  }

  async function endWhile({ owner, make }: Flood, end: End): Promise<Ground> {
    const ground = await standing(owner)
    let made = 0
    let isOver = false
    const { promise: isWarm, resolve: warm } = Promise.withResolvers<void>()
    const loops = Array.from({ length: LOOPS }, async (_, loop) => {
      for (let turn = 0; !isOver && (await make(server, ground, `${ground.parent} ${loop}.${turn}`)); turn++) if (++made === WARM) warm()
    })
    await isWarm
    const before = made
    try {
      // Throws `unavailable` when it does not get through.
      await end(operator, ground)
      assert.ok(made - before <= PASSED_AT_MOST, `${made - before} were made meanwhile`)
    } finally {
      isOver = true
      await Promise.all(loops)
    }
    return ground
  }

  for (const [what, flood] of Object.entries(floods)) {
    for (const [ending, end] of Object.entries(flood.endings)) {
      test(`[I02] ${what}: there are no more once ${ending}, and nobody is kept from that`, async () => {
        const ground = await endWhile(flood, end)
        assert.equal(await flood.make(server, ground, `${ground.parent} late`), false)
      })
    }
    for (const [change, make] of Object.entries(flood.changes)) {
      test(`[I02] ${what}: ${change} meanwhile, and nobody is kept from that`, async () => void (await endWhile(flood, make)))
    }
  }

  async function lent(n: number): Promise<Ground & { readonly lease: string }> {
    const ground = { user: `usr_l${n}`, service: `svc_l${n}`, session: `ses_l${n}`, parent: `CSKL${n}` }
    const lease = { id: `lea_${n}`, pool: `pool_${n}`, startedBy: undefined, startedAt: NOW, endsAt: NOW + 1, passwordHash: 'phc-2' }
    await operator.leases.addUser(userRecord(ground.user), lease.pool)
    await operator.leases.start({ ...lease, sealed: undefined, address: undefined })
    await operator.sessions.open({ session: sessionRecord(ground.session, ground.user), passwordGeneration: 2, single: false })
    await operator.services.add(credentialRecord(ground.service))
    for (const kind of KINDS) await operator.callerKeys.add(callerKeyRecord(`${ground.parent} ${kind}`, { owner: ownerOf(ground, kind) }))
    return { ...ground, lease: lease.id }
  }

  test('[I02] of all that makes, changes and ends keys at once everything comes through, in one order or another', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const ground = await lent(round)
      const { user, service, session, parent, lease } = ground
      const everything = [operator, server].flatMap((store, at) => {
        const { callerKeys, users, sessions, services, log, leases, roles, trustRules } = store
        const add = (kind: 'user' | 'service', change: Partial<CallerKey> = {}) =>
          callerKeys.add(callerKeyRecord(`new ${round} ${++cases}`, { owner: ownerOf(ground, kind), ...change }))
        const replace = (kind: 'user' | 'service') =>
          callerKeys.replace(
            `${parent} ${kind}`,
            callerKeyRecord(`next ${round} ${++cases}`, { owner: ownerOf(ground, kind) }),
            NOW + 1,
            NOW,
          )
        const revoke = (kind: 'user' | 'client' | 'everyone', id: string) => log.revoke({ target: { kind, id }, mode: 'hard', at: NOW })
        return [
          () => add('user'),
          () => add('user', { session }),
          () => add('user', { session, parent: `${parent} user` }),
          () => add('service', { parent: `${parent} service` }),
          () => add('service'),
          () => replace('user'),
          () => replace('service'),
          () => callerKeys.noteUses(KINDS.map((kind) => ({ id: `${parent} ${kind}`, at: NOW + at }))),
          () => add('user', { parent: `${parent} user` }),
          () => add('service', { parent: `${parent} service` }),
          () => trustRules.add(ruleRecord(`rule ${++cases}`, { service }), 10_000),
          () => roles.set({ name: 'staff', scope: [`orders:${round % 2}`], changedAt: NOW }, 10),
          () => callerKeys.update(`${parent} user`, (key) => key, NOW),
          () => sessions.rotate(rotationOf(sessionRecord(session, user))),
          () => sessions.open({ session: sessionRecord(`${session} ${at}`, user), passwordGeneration: 2, single: at === 1 }),
          () => users.setRoles(user, ['staff'], NOW),
          () => callerKeys.remove(`${parent} user`, NOW),
          () => callerKeys.remove(`${parent} service`, NOW),
          () => sessions.end(session, NOW),
          () => revoke('user', user),
          () => revoke('client', `${parent} user`),
          () => revoke('everyone', ''),
          () => users.setStatus(user, 'suspended', NOW),
          () => leases.end({ id: lease, by: 'expiry', at: NOW, address: undefined }),
          () => services.remove(service, NOW),
        ]
      })
      // Each round in another order, so that every two of them meet both ways.
      const order = everything.map((_, at) => everything[(at * STRIDES[round % STRIDES.length]! + round) % everything.length]!)
      for (const outcome of await Promise.allSettled(order.map((ask) => ask()))) {
        // A key that was to be replaced has lost its owner meanwhile.
        if (outcome.status === 'rejected' && !(outcome.reason instanceof AuthError && outcome.reason.code === 'conflict'))
          throw outcome.reason
      }
      for (const kind of KINDS) {
        assert.deepEqual(await operator.callerKeys.list({ owner: ownerOf(ground, kind), kinds: ['hmac'], limit: 1 }), [])
      }
    }
  })

  test('the uses of many keys are noted by several servers while the service of all of them is removed', async () => {
    for (let round = 0; round < 4; round++) {
      const owner = { kind: 'service', id: `svc_noted${round}` } as const
      await operator.services.add(credentialRecord(owner.id))
      // In no order, as they are used.
      const ids = Array.from({ length: 300 }, (_, n) => `api ${round} ${1_000 + ((n * 7_919) % 300)}`)
      await Promise.all(ids.map((id) => server.callerKeys.add(callerKeyRecord(id, { kind: 'api', owner }))))
      const note = (store: Store, at: number) => store.callerKeys.noteUses(ids.map((id) => ({ id, at })))
      await Promise.all([note(server, NOW), note(operator, NOW + 1), operator.services.remove(owner.id, NOW), note(server, NOW + 2)])
      assert.deepEqual(await operator.callerKeys.list({ owner, kinds: ['api'], limit: 1 }), [])
    }
  })

  test('nobody waited in a circle', async () => {
    const [row] = await postgres.query('SELECT sum(deadlocks)::integer AS deadlocks FROM pg_stat_database')
    assert.equal(row?.['deadlocks'], 0)
  })
})
