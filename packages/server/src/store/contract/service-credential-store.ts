import assert from 'node:assert/strict'
import { credentialRecord, NOW } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

/** What `ServiceCredentialStore` promises, for any store. */
export function serviceCredentialStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('a service credential is found and listed, oldest first, as it was given', async (store) => {
    await store.services.add(credentialRecord('svc_b', NOW + 1))
    await store.services.add(credentialRecord('svc_a', NOW))
    assert.deepEqual(await store.services.find('svc_a'), credentialRecord('svc_a'))
    assert.equal(await store.services.find('svc_x'), undefined)
    assert.deepEqual(
      (await store.services.list()).map(({ id }) => id),
      ['svc_a', 'svc_b'],
    )
  })

  promise('an id is given once: the second one is refused and changes nothing', async (store) => {
    await store.services.add(credentialRecord('svc_a'))
    await assert.rejects(store.services.add({ ...credentialRecord('svc_a'), secretHash: 'other' }))
    assert.deepEqual(await store.services.find('svc_a'), credentialRecord('svc_a'))
  })

  promise('removing one appends its entry, once', async (store) => {
    await store.services.add(credentialRecord('svc_a'))
    const appended = await appendedBy(store, async () => {
      assert.deepEqual(
        await askAtOnce(20, () => store.services.remove('svc_a', NOW)),
        new Map([
          [true, 1],
          [false, 19],
        ]),
      )
    })
    assert.deepEqual(appended, ['credential key:svc_a hard'])
    assert.equal(await store.services.find('svc_a'), undefined)
  })
}
