import type { NewKeyPair } from './new-key-pair.ts'
import type { SigningCredential } from './signing-credential.ts'

/** With what requests are signed, or proofs made (`dpopFetch`). */
export type StoredKey = SigningCredential | NewKeyPair

/** Keeps signing keys between visits. A private key that is not extractable stays so: no script reads it out of here. */
export interface KeyStore {
  /** Does not check what is kept under the name: it is what `save` was given. @returns `undefined` when that is nothing. */
  load<Key extends StoredKey = SigningCredential>(name: string): Promise<Key | undefined>
  save(name: string, key: StoredKey): Promise<void>
  remove(name: string): Promise<void>
}

export interface KeyStoreOptions {
  /** Of the database. Default `countersign`. */
  readonly database?: string
  /** Default: the page's. */
  readonly indexedDB?: IDBFactory
}

const KEYS = 'keys'

/**
 * Opens the store of this origin in IndexedDB.
 *
 * @throws {Error} There is no IndexedDB here. Its methods reject with what IndexedDB says, a full disk for one.
 */
export function openKeyStore({ database = 'countersign', indexedDB = globalThis.indexedDB }: KeyStoreOptions = {}): KeyStore {
  if (indexedDB === undefined) throw new Error('there is no IndexedDB here: keep the key where this runtime keeps secrets')
  const ask = async <T>(mode: IDBTransactionMode, question: (keys: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const opened = await openDatabase(indexedDB, database)
    try {
      return await answerOf(opened, mode, question)
    } finally {
      opened.close()
    }
  }
  return {
    load: <Key extends StoredKey>(name: string) => ask('readonly', (keys) => keys.get(name) as IDBRequest<Key | undefined>),
    save: async (name, key) => {
      await ask('readwrite', (keys) => keys.put(key, name))
    },
    remove: (name) => ask('readwrite', (keys) => keys.delete(name)),
  }
}

function openDatabase(indexedDB: IDBFactory, name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => void request.result.createObjectStore(KEYS)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(failureOf(request.error))
  })
}

/** Once the transaction is over: only then is it kept. */
function answerOf<T>(database: IDBDatabase, mode: IDBTransactionMode, question: (keys: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(KEYS, mode)
    const request = question(transaction.objectStore(KEYS))
    transaction.oncomplete = () => resolve(request.result)
    transaction.onabort = () => reject(failureOf(transaction.error))
    transaction.onerror = () => reject(failureOf(transaction.error))
  })
}

const failureOf = (error: DOMException | null): Error => error ?? new Error('IndexedDB has failed without a word')
