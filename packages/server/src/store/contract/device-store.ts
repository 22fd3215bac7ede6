import assert from 'node:assert/strict'
import { NOW, userRecord } from './record.ts'
import { type OpenStore, promises } from './suite.ts'

/** What `DeviceStore` promises, for any store. */
export function deviceStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('[C10] a device is known once it was noted, of its own user', async (store) => {
    for (const user of ['usr_a', 'usr_b']) await store.users.create(userRecord(user), 'phc')
    assert.equal(await store.devices.find('usr_a', ['laptop']), 'none')
    await store.devices.note('usr_a', 'laptop', NOW, 8)
    assert.equal(await store.devices.find('usr_a', ['laptop']), 'known')
    assert.equal(await store.devices.find('usr_a', ['phone']), 'unknown')
    assert.equal(await store.devices.find('usr_a', ['phone', 'laptop']), 'known')
    assert.equal(await store.devices.find('usr_a', []), 'unknown')
    assert.equal(await store.devices.find('usr_b', ['laptop']), 'none')
  })

  promise('of each user the last seen are kept, and nothing of nobody', async (store) => {
    await store.users.create(userRecord('usr_a'), 'phc')
    for (let n = 0; n < 5; n++) await store.devices.note('usr_a', `device-${n}`, NOW + n, 3)
    await store.devices.note('usr_a', 'device-2', NOW + 9, 3)
    await store.devices.note('usr_a', 'device-5', NOW + 10, 3)
    const known: string[] = []
    for (let n = 0; n < 6; n++) if ((await store.devices.find('usr_a', [`device-${n}`])) === 'known') known.push(`device-${n}`)
    assert.deepEqual(known, ['device-2', 'device-4', 'device-5'])
    await store.devices.note('usr_x', 'laptop', NOW, 3)
    assert.equal(await store.devices.find('usr_x', ['laptop']), 'none')
  })
}
