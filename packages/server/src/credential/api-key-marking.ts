import { decodeBase64url, encodeBase64url, type Random } from 'countersign/core'
import { ApiKeyMark } from 'countersign/key'
import type { MasterSecret } from '../signing/master-secret.ts'
import type { SealedSecretStore } from './sealed-secret-store.ts'

export interface ApiKeyMarkingOptions {
  readonly store: SealedSecretStore
  readonly master: MasterSecret
  readonly random: Random
}

const NAME = 'api-key-mark'
const PURPOSE = 'api-key-mark/1'
const KEY_BYTES = 32

/** The key with which the ids of API keys are marked: one for the life of the database, since ids outlive every master secret. */
export class ApiKeyMarking {
  readonly #options: ApiKeyMarkingOptions
  #sealed: string
  /** For services, which refuse made-up keys by it. */
  readonly key: Uint8Array
  readonly mark: ApiKeyMark

  private constructor(options: ApiKeyMarkingOptions, sealed: string, key: Uint8Array) {
    this.#options = options
    this.#sealed = sealed
    this.key = key
    this.mark = new ApiKeyMark(key)
  }

  /** @throws {Error} when no master secret of the list has sealed the key. */
  static async open(options: ApiKeyMarkingOptions): Promise<ApiKeyMarking> {
    const { store, master, random } = options
    const sealed = await store.keep(NAME, encodeBase64url(master.seal(PURPOSE, random.bytes(KEY_BYTES), NAME, random)))
    return new ApiKeyMarking(options, sealed, master.unseal(PURPOSE, decodeBase64url(sealed), NAME))
  }

  /** Which secret of the list has sealed it. */
  async sealedUnder(): Promise<number | undefined> {
    const { store, master } = this.#options
    return master.sealedUnder(PURPOSE, decodeBase64url(await store.keep(NAME, this.#sealed)), NAME)
  }

  /** Moves it under the first master secret of the list. Any number of servers may do so at the same time. */
  async reseal(): Promise<void> {
    const { store, master, random } = this.#options
    const anew = master.resealed(PURPOSE, decodeBase64url(this.#sealed), NAME, random)
    if (anew === undefined) return
    const next = encodeBase64url(anew)
    // Another server was earlier: what it has put there is the same key.
    if (await store.replace(NAME, this.#sealed, next)) this.#sealed = next
  }
}
