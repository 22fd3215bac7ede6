import { BrowserTable } from './browser-table.ts'
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
  const keys = new BrowserTable(indexedDB, database, KEYS)
  return {
    load: <Key extends StoredKey>(name: string) => keys.ask('readonly', (table) => table.get(name) as IDBRequest<Key | undefined>),
    save: async (name, key) => {
      await keys.ask('readwrite', (table) => table.put(key, name))
    },
    remove: (name) => keys.ask('readwrite', (table) => table.delete(name)),
  }
}
