import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { MasterSecret, newMasterSecret } from '../signing/master-secret.ts'
import { userRecord } from '../store/contract/record.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { AccessKeySealing } from './access-key-sealing.ts'
import { AccessKeySecrets, sessionTokenHash } from './access-key-secret.ts'
import { AccessKeys } from './access-keys.ts'
import { TemporaryCredentials } from './temporary-credentials.ts'

const NOW = 1_800_000_000_000
const owner = { kind: 'user', id: 'usr_a' } as const
const allowance = { roles: ['staff'], scope: ['orders:read'] }
const [old, next, foreign] = [1, 2, 3].map(() => newMasterSecret(systemPlatform.random)) as [string, string, string]

async function world() {
  const clock = new ManualClock(NOW)
  const platform = { ...systemPlatform, clock }
  const store = createMemoryStore({ cutoffLifeMs: 3_600_000, clock })
  await store.users.create(userRecord('usr_a', { roles: ['staff'] }), 'phc-1')
  const under = (list: string) => {
    const secrets = new AccessKeySecrets(MasterSecret.parse(list), platform.random)
    const parts = { store: store.callerKeys, secrets, platform }
    return { secrets, keys: new AccessKeys(parts), temporary: new TemporaryCredentials(parts), sealing: new AccessKeySealing(parts) }
  }
  return { store: store.callerKeys, log: store.log, under }
}

test('[G05] the secrets of access keys move under the newest master secret, and open without the older one from then on', async () => {
  const { store, log, under } = await world()
  const before = under(old)
  const made = []
  for (let count = 0; count < 450; count++) made.push(await before.keys.create({ name: 'key', owner, allowance }))
  const ground = { owner, session: undefined, parent: undefined, ...allowance }
  const temporary = await before.temporary.issue(ground, { lifeSeconds: 600 })
  const hash = sessionTokenHash((await store.find(temporary.accessKeyId)) ?? assert.fail())
  const head = await log.head()
  const both = under(`${next},${old}`)
  const fresh = await both.keys.create({ name: 'new', owner, allowance })
  assert.deepEqual(await both.sealing.renew(), { resealed: 451, lost: 0 })
  assert.deepEqual(await both.sealing.renew(), { resealed: 0, lost: 0 })
  const after = under(next)
  for (const { key, secret } of [...made, fresh]) assert.equal(after.secrets.open((await store.find(key.id)) ?? assert.fail()), secret)
  const held = (await store.find(temporary.accessKeyId)) ?? assert.fail()
  assert.equal(after.secrets.open(held), temporary.secretAccessKey)
  assert.equal(sessionTokenHash(held), hash)
  assert.deepEqual(await log.head(), head)
})

test('a key that no master secret opens is counted and left as it is', async () => {
  const { store, under } = await world()
  const { key } = await under(foreign).keys.create({ name: 'key', owner, allowance })
  const { key: own } = await under(old).keys.create({ name: 'key', owner, allowance })
  assert.deepEqual(await under(`${next},${old}`).sealing.renew(), { resealed: 1, lost: 1 })
  assert.deepEqual(await store.find(key.id), key)
  assert.notEqual((await store.find(own.id))?.material, own.material)
})

test('with one master secret nothing is read', async () => {
  const { store, under } = await world()
  const list = (): never => assert.fail('the store was asked')
  const sealing = new AccessKeySealing({ store: Object.assign(Object.create(store), { list }), secrets: under(old).secrets })
  assert.deepEqual(await sealing.renew(), { resealed: 0, lost: 0 })
})

test('of two servers at the same time each key is sealed anew by one', async () => {
  const { under } = await world()
  for (let count = 0; count < 20; count++) await under(old).keys.create({ name: 'key', owner, allowance })
  const totals = await Promise.all([1, 2].map(() => under(`${next},${old}`).sealing.renew()))
  assert.equal(
    totals.reduce((sum, { resealed }) => sum + resealed, 0),
    20,
  )
})
