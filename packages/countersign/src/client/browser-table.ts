/** One table of names and values in IndexedDB. Each question opens the database and closes it again: no tab keeps another from anything. */
export class BrowserTable {
  readonly #indexedDB: IDBFactory
  readonly #database: string
  readonly #table: string

  constructor(indexedDB: IDBFactory, database: string, table: string) {
    this.#indexedDB = indexedDB
    this.#database = database
    this.#table = table
  }

  async ask<T>(mode: IDBTransactionMode, question: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const opened = await this.#open()
    try {
      return await this.#answerOf(opened, mode, question)
    } finally {
      opened.close()
    }
  }

  #open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = this.#indexedDB.open(this.#database, 1)
      request.onupgradeneeded = () => void request.result.createObjectStore(this.#table)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(failureOf(request.error))
    })
  }

  /** Once the transaction is over: only then is it kept. */
  #answerOf<T>(database: IDBDatabase, mode: IDBTransactionMode, question: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(this.#table, mode)
      const request = question(transaction.objectStore(this.#table))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(failureOf(transaction.error))
      transaction.onerror = () => reject(failureOf(transaction.error))
    })
  }
}

const failureOf = (error: DOMException | null): Error => error ?? new Error('IndexedDB has failed without a word')
