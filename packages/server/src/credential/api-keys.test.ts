import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock, parseApiKey, systemPlatform } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { MasterSecret, newMasterSecret } from '../signing/master-secret.ts'
import { userRecord } from '../store/contract/record.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { ApiKeyHashes } from './api-key-hashes.ts'
import { ApiKeyMarking } from './api-key-marking.ts'
import { ApiKeys, type IssuedApiKey } from './api-keys.ts'
import { RoleScopes } from './role-scopes.ts'

const NOW = 1_800_000_000_000
const owner = { kind: 'user', id: 'usr_a' } as const
const allowance = { roles: ['staff'], scope: ['orders:read'] }
const actor = { isOperator: false, owner, key: undefined }
const [old, next, foreign] = [1, 2, 3].map(() => newMasterSecret(systemPlatform.random)) as [string, string, string]

async function world() {
  const platform = { ...systemPlatform, clock: new ManualClock(NOW) }
  const store = createMemoryStore({ cutoffLifeMs: 3_600_000, clock: platform.clock })
  await store.users.create(userRecord('usr_a', { roles: ['staff'] }), 'phc-1')
  const under = async (list: string): Promise<ApiKeys> => {
    const master = MasterSecret.parse(list)
    const marking = await ApiKeyMarking.open({ store: store.sealedSecrets, master, random: platform.random })
    const hashes = new ApiKeyHashes(master, platform.random)
    const scopes = new RoleScopes({ staff: ['orders:read'] })
    return new ApiKeys({ store: store.callerKeys, hashes, marking, scopes, platform })
  }
  const create = (keys: ApiKeys): Promise<IssuedApiKey> => keys.create({ name: 'key', environment: 'live', owner, allowance })
  return { store, under, create }
}

test('[G05] hashes and the mark move under the newest master secret, and every key is good without the older one', async () => {
  const { store, under, create } = await world()
  const before = await under(old)
  const made = [await create(before), await create(before)]
  const head = await store.log.head()
  const both = await under(`${next},${old}`)
  assert.deepEqual(await both.reseal(), { resealed: 2, lost: 0 })
  assert.deepEqual(await both.reseal(), { resealed: 0, lost: 0 })
  assert.deepEqual(await store.log.head(), head, 'nobody need hear of it')
  const after = await under(next)
  for (const { key, text } of made) {
    assert.equal((await after.living(key.id))?.hash, sha256Base64url(text))
    assert.equal(parseApiKey(text).id, key.id)
  }
  assert.notEqual(await after.living((await create(after)).key.id), undefined)
  await assert.rejects(under(foreign), /./, 'a server without the secret does not start with another mark')
})

test('[E02] a hash belongs to its id: material that was put in the place of another opens nothing', async () => {
  const { store, under, create } = await world()
  const keys = await under(old)
  const [own, others] = [await create(keys), await create(keys)]
  assert.equal(await store.callerKeys.reseal(own.key.id, own.key.material, others.key.material), true)
  await assert.rejects(keys.living(own.key.id))
})

test('an owner has no more than 200 keys, and a removed one makes room', async () => {
  const { under, create } = await world()
  const keys = await under(old)
  const made: IssuedApiKey[] = []
  for (let count = 0; count < 200; count++) made.push(await create(keys))
  const isFull = (error: unknown): boolean =>
    error instanceof AuthError && error.code === 'conflict' && error.detail['reason'] === 'too_many_keys'
  await assert.rejects(create(keys), isFull)
  await keys.remove(made[0]?.key.id ?? '', actor)
  await create(keys)
})

test('[E05] an id without a right mark is not looked for, whatever the database holds', async () => {
  const { store, under, create } = await world()
  const keys = await under(old)
  const { key } = await create(keys)
  const planted = { ...key, id: `key_${'A'.repeat(22)}` }
  assert.equal(await store.callerKeys.add(planted), 'added')
  assert.equal(await keys.living(planted.id), undefined)
  assert.notEqual(await keys.living(key.id), undefined)
})
