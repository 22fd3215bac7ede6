import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { AuthError, ManualClock, systemPlatform } from 'countersign/core'
import { createMemoryStore } from '../store/memory/store.ts'
import { userRecord } from '../store/contract/record.ts'
import { MasterSecret, newMasterSecret } from '../signing/master-secret.ts'
import type { KeyActor } from './access-key.ts'
import { isAccessKeyId, newAccessKeyId } from './access-key-id.ts'
import { AccessKeySecrets } from './access-key-secret.ts'
import { AccessKeys } from './access-keys.ts'
import { KeyRecords } from './key-records.ts'
import { RoleScopes } from './role-scopes.ts'
import { TemporaryCredentials } from './temporary-credentials.ts'

const NOW = 1_800_000_000_000
const owner = { kind: 'user', id: 'usr_a' } as const
const allowance = { roles: ['staff'], scope: ['orders:read', 'orders:write'] }
const byOwner: KeyActor = { isOperator: false, owner, key: undefined }
const byKey = (key: string): KeyActor => ({ isOperator: false, owner: undefined, key })
const refused = (code: string, pointer?: string) => (error: unknown) =>
  error instanceof AuthError && error.code === code && (pointer === undefined || error.detail['pointer'] === pointer)

async function world() {
  const clock = new ManualClock(NOW)
  const platform = { ...systemPlatform, clock }
  const store = createMemoryStore({ cutoffLifeMs: 3_600_000, clock })
  await store.users.create(userRecord('usr_a', { roles: ['staff'] }), 'phc-1')
  const master = newMasterSecret(platform.random)
  const secrets = new AccessKeySecrets(MasterSecret.parse(master), platform.random)
  const scopes = new RoleScopes({ staff: ['orders:read', 'orders:write'] })
  const parts = { store: store.callerKeys, secrets, platform }
  const keys = new AccessKeys(parts)
  const make = (change: object = {}) => keys.create({ name: 'key', owner, allowance, ...change })
  return {
    clock,
    store,
    master,
    platform,
    secrets,
    keys,
    make,
    records: new KeyRecords({ ...parts, scopes }),
    temporary: new TemporaryCredentials(parts),
  }
}

test('an id has the form of Amazon’s: 20 upper-case letters and digits', () => {
  const ids = Array.from({ length: 1000 }, () => newAccessKeyId(systemPlatform.random))
  assert.equal(new Set(ids).size, 1000)
  for (const id of ids) assert.match(id, /^CSK[A-Z2-7]{17}$/)
  for (const text of ['', 'CSK', 'CSKAAAAAAAAAAAAAAAA1', 'cskAAAAAAAAAAAAAAAAA', 'CSKAAAAAAAAAAAAAAAAAA', 'CSKAAAAAAAAAAAAAAAAA\n'])
    assert.equal(isAccessKeyId(text), false, text)
})

test('[I20] a secret rests sealed, opens under an older master secret, and not as another key’s', async () => {
  const { make, master, platform } = await world()
  const { key, secret } = await make()
  assert.ok(secret !== undefined && !key.material.includes(secret))
  const rotated = new AccessKeySecrets(MasterSecret.parse(`${newMasterSecret(platform.random)},${master}`), platform.random)
  assert.equal(rotated.open(key), secret)
  assert.throws(() => rotated.open({ id: newAccessKeyId(platform.random), material: key.material }), /unseal failed/)
  const other = new AccessKeySecrets(MasterSecret.parse(newMasterSecret(platform.random)), platform.random)
  assert.throws(() => other.open(key), /unseal failed/)
})

test('[A10] whoever signs with a key gets its one successor, from however many processes and however often', async () => {
  const { make, keys, store, clock } = await world()
  const { key } = await make()
  const answers = await Promise.all(Array.from({ length: 20 }, () => keys.rotate(key.id, byKey(key.id), {})))
  assert.equal(new Set(answers.map((answer) => `${answer.key.id} ${answer.secret}`)).size, 1)
  clock.advance(30_000)
  assert.equal((await keys.rotate(key.id, byKey(key.id), {})).secret, answers[0]?.secret)
  assert.equal((await store.callerKeys.list({ kinds: ['hmac'], limit: 100 })).length, 2)
  await assert.rejects(keys.rotate(key.id, byOwner, {}), refused('conflict'))
})

test('[A10] the successor has the settings and the end of its key, so that no key prolongs itself', async () => {
  const { make, keys } = await world()
  const { key } = await make({ expiresAt: NOW + 7_200_000, scope: ['orders:read'], addresses: ['10.0.0.0/8'], rotateEverySeconds: 600 })
  const { key: next } = await keys.rotate(key.id, byKey(key.id), { overlapSeconds: 5 })
  assert.deepEqual([next.settings, next.expiresAt, next.owner], [{ ...key.settings, rotateBy: NOW + 600_000 }, NOW + 7_200_000, owner])
  assert.equal((await keys.find(key.id, byOwner)).expiresAt, NOW + 5000)
})

test('[A10] a notice to replace a key is gone with it, unless it comes back', async () => {
  const { make, keys } = await world()
  const { key } = await make()
  await keys.update(key.id, byOwner, { rotateBy: NOW + 1 }, allowance)
  assert.equal((await keys.find(key.id, byOwner)).settings.rotateBy, NOW + 1)
  assert.equal((await keys.rotate(key.id, byKey(key.id), {})).key.settings.rotateBy, undefined)
})

test('[A10] a public key is replaced once: the same one again is a repetition, another one a conflict', async () => {
  const { make, keys } = await world()
  const jwk = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) as Record<string, unknown>
  const { key } = await make({ publicKey: jwk() })
  const publicKey = jwk()
  const next = await keys.rotate(key.id, byKey(key.id), { publicKey })
  assert.deepEqual(await keys.rotate(key.id, byKey(key.id), { publicKey }), next)
  await assert.rejects(keys.rotate(key.id, byKey(key.id), { publicKey: jwk() }), refused('conflict'))
})

test('who signs with a key may see, replace and remove that one, and no other of its owner', async () => {
  const { make, keys } = await world()
  const one = await make()
  const two = await make()
  const actor = byKey(one.key.id)
  assert.equal((await keys.find(one.key.id, actor)).id, one.key.id)
  for (const ask of [() => keys.find(two.key.id, actor), () => keys.rotate(two.key.id, actor, {}), () => keys.remove(two.key.id, actor)])
    await assert.rejects(ask(), refused('not_found'))
  await keys.remove(one.key.id, actor)
  await assert.rejects(keys.find(one.key.id, byOwner), refused('not_found'))
})

test('keys of other kinds are none of these', async () => {
  const { make, keys, store, records } = await world()
  const { key } = await make()
  const device = { ...key, id: newAccessKeyId(systemPlatform.random), kind: 'device' as const }
  assert.equal(await store.callerKeys.add(device), 'added')
  await assert.rejects(keys.find(device.id, { isOperator: true, owner: undefined, key: undefined }), refused('not_found'))
  assert.deepEqual(
    (await keys.list({})).map(({ id }) => id),
    [key.id],
  )
  assert.equal(await records.living(device.id), undefined)
})

test('[A17] a temporary key lives no longer than its parent, and is nobody’s to exchange again', async () => {
  const { make, records, temporary, clock } = await world()
  const { key: parent, secret } = await make({ expiresAt: NOW + 90_000 })
  const ground = { owner, session: undefined, parent, ...allowance }
  const credential = await temporary.issue(ground, { lifeSeconds: 3600 })
  assert.equal(credential.expiresAt, NOW + 90_000)
  assert.notEqual(await records.living(credential.accessKeyId), undefined)
  await assert.rejects(records.authenticate(credential.accessKeyId, credential.secretAccessKey, undefined), refused('access_key_invalid'))
  assert.equal((await records.authenticate(parent.id, secret ?? '', undefined)).key.id, parent.id)
  clock.advance(90_000)
  assert.equal(await records.living(credential.accessKeyId), undefined)
  await assert.rejects(temporary.issue(ground, { lifeSeconds: 60 }), refused('session_required'))
})

test('[A17] a temporary key has a part of what its caller has', async () => {
  const { make, temporary, records } = await world()
  const { key: parent } = await make({ scope: ['orders:read'] })
  const ground = { owner, session: undefined, parent, roles: ['staff'], scope: ['orders:read'] }
  await assert.rejects(temporary.issue(ground, { lifeSeconds: 60, scope: ['orders:write'] }), refused('request_invalid', '/scope'))
  await assert.rejects(temporary.issue(ground, { lifeSeconds: 60, roles: ['admin'] }), refused('request_invalid', '/roles'))
  const all = await temporary.issue(ground, { lifeSeconds: 60 })
  const none = await temporary.issue(ground, { lifeSeconds: 60, scope: [], roles: [] })
  const powers = async (id: string) => {
    const living = await records.living(id)
    return [living?.scope, living?.roles]
  }
  assert.deepEqual(await powers(all.accessKeyId), [['orders:read'], ['staff']])
  assert.deepEqual(await powers(none.accessKeyId), [[], []])
})
