import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newKeyPair, openKeyStore } from './index.ts'

/** As much of IndexedDB as the store uses: values are cloned as there, and answers come later. */
class FakeIndexedDb {
  readonly #kept = new Map<string, unknown>()
  /** What the next transaction ends with. */
  failure: DOMException | undefined
  opened = 0

  factory(): IDBFactory {
    return { open: () => this.#open() } as unknown as IDBFactory // the part that is used
  }

  #open(): object {
    const request = { result: this.#database(), onupgradeneeded: () => undefined, onsuccess: () => undefined }
    this.opened++
    setImmediate(() => {
      request.onupgradeneeded()
      request.onsuccess()
    })
    return request
  }

  #database(): object {
    return {
      createObjectStore: () => undefined,
      close: () => void this.opened--,
      transaction: () => {
        const { failure } = this
        const transaction = { error: failure, oncomplete: () => undefined, onabort: () => undefined, objectStore: () => this.#store() }
        setImmediate(() => (failure === undefined ? transaction.oncomplete() : transaction.onabort()))
        return transaction
      },
    }
  }

  #store(): object {
    return {
      get: (name: string) => ({ result: this.#kept.get(name) }),
      put: (value: unknown, name: string) => ({ result: this.#kept.set(name, structuredClone(value)) }),
      delete: (name: string) => ({ result: this.#kept.delete(name) }),
    }
  }
}

test('[A22] a private key that cannot be exported is kept between visits, and signs afterwards', async () => {
  const fake = new FakeIndexedDb()
  const { privateKey } = await newKeyPair()
  const store = openKeyStore({ indexedDB: fake.factory() })
  assert.equal(await store.load('laptop'), undefined)
  await store.save('laptop', { keyId: 'CSK1', privateKey })
  const found = await openKeyStore({ indexedDB: fake.factory() }).load('laptop')
  assert.ok(found !== undefined && 'privateKey' in found)
  assert.deepEqual([found.keyId, found.privateKey.extractable], ['CSK1', false])
  await globalThis.crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, found.privateKey, Uint8Array.of(1))
  await store.remove('laptop')
  assert.equal(await store.load('laptop'), undefined)
  assert.equal(fake.opened, 0)
})

test('what IndexedDB cannot keep is told, and its connection is closed', async () => {
  const fake = new FakeIndexedDb()
  fake.failure = new DOMException('the disk is full', 'QuotaExceededError')
  await assert.rejects(openKeyStore({ indexedDB: fake.factory() }).save('a', { keyId: 'k', secret: 's' }), { name: 'QuotaExceededError' })
  assert.equal(fake.opened, 0)
})

test('a runtime without IndexedDB is told apart at once', () => {
  assert.throws(() => openKeyStore(), /no IndexedDB/)
})
