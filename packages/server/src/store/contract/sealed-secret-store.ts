import assert from 'node:assert/strict'
import { type OpenStore, promises } from './suite.ts'

/** What `SealedSecretStore` promises, for any store. */
export function sealedSecretStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('[I01] of many who keep a secret under one name at once all get the same', async (store) => {
    const kept = await Promise.all(Array.from({ length: 20 }, (_, at) => store.sealedSecrets.keep('mark', `sealed ${at}`)))
    assert.equal(new Set(kept).size, 1)
    assert.match(kept[0] ?? '', /^sealed \d+$/)
    assert.equal(await store.sealedSecrets.keep('mark', 'later'), kept[0])
    assert.equal(await store.sealedSecrets.keep('other', 'own'), 'own')
  })

  promise('a sealed secret is replaced by who knows what stands there, once', async (store) => {
    await store.sealedSecrets.keep('mark', 'old')
    const done = await Promise.all(Array.from({ length: 10 }, (_, at) => store.sealedSecrets.replace('mark', 'old', `new ${at}`)))
    assert.equal(done.filter((isDone) => isDone).length, 1)
    assert.equal(await store.sealedSecrets.keep('mark', 'later'), `new ${done.indexOf(true)}`)
    assert.equal(await store.sealedSecrets.replace('absent', 'old', 'new'), false)
  })
}
