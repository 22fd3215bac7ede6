import type { MasterSecret } from './master-secret.ts'

/** Which secret of the list has sealed something, counted from 0; undefined: none of them. */
export type SealedUnder = number | undefined

export interface Resealed {
  readonly resealed: number
  /** How many no secret of the list opens. */
  readonly lost: number
}

/** Something that rests sealed, and can be sealed anew without anybody noticing. */
export interface SealedKind {
  readonly name: string
  /** Of each one that there is. */
  under(): AsyncIterable<SealedUnder>
  /** Moves all of it under the first secret. Goes on where another run has stopped: what is moved already is passed over. */
  reseal(): Promise<Resealed>
}

/** Something that was made with a secret and cannot be made again without whoever holds it: it leaves by itself, or they replace it. */
export interface MadeKind {
  readonly name: string
  readonly purpose: string
  /** How many there are, by the id of the purpose's key. */
  byKey(): Promise<ReadonlyMap<string, number>>
}

export interface SecretUse {
  /** Names the secret without telling anything about it. */
  readonly id: string
  readonly sealed: Readonly<Record<string, number>>
  readonly made: Readonly<Record<string, number>>
  /** Nothing hangs on it any more: it may leave the list. Never true of the first. */
  readonly mayGo: boolean
}

export interface SecretState {
  /** In the order of the list. */
  readonly secrets: readonly SecretUse[]
  /** By kind: what no secret of the list opens, or has made. */
  readonly lost: Readonly<Record<string, number>>
}

export interface SecretRotationOptions {
  readonly secret: MasterSecret
  readonly sealed: readonly SealedKind[]
  readonly made: readonly MadeKind[]
}

const NAMING = 'secret-name/1'

/** What hangs on which master secret, and how it is moved to the first, so that an older one may leave the list and nobody is signed out. */
export class SecretRotation {
  readonly #options: SecretRotationOptions
  #looking: Promise<SecretState> | undefined

  constructor(options: SecretRotationOptions) {
    this.#options = options
  }

  /** Opens everything that is sealed, a page at a time: whoever asks while that is under way gets the same answer. */
  state(): Promise<SecretState> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Where there is but one secret there is nothing to move. Any number of servers may do so at the same time. @returns by kind. */
  async reseal(): Promise<Readonly<Record<string, Resealed>>> {
    const done: Record<string, Resealed> = {}
    for (const kind of this.#options.sealed) done[kind.name] = await kind.reseal()
    return done
  }

  async #look(): Promise<SecretState> {
    const { secret, sealed, made } = this.#options
    const uses = secret
      .purposeKeys(NAMING)
      .map(({ id }) => ({ id, sealed: {} as Record<string, number>, made: {} as Record<string, number> }))
    const lost: Record<string, number> = {}
    for (const { name, under } of sealed.map((kind) => ({ name: kind.name, under: kind.under() }))) {
      for await (const at of under) add(at === undefined ? lost : (uses[at]?.sealed ?? lost), name, 1)
    }
    for (const kind of made) {
      const places = new Map(secret.purposeKeys(kind.purpose).map(({ id }, at) => [id, at]))
      for (const [id, count] of await kind.byKey()) {
        const at = places.get(id)
        add(at === undefined ? lost : (uses[at]?.made ?? lost), kind.name, count)
      }
    }
    const isFree = (counts: Readonly<Record<string, number>>): boolean => Object.keys(counts).length === 0
    return { secrets: uses.map((use, at) => ({ ...use, mayGo: at > 0 && isFree(use.sealed) && isFree(use.made) })), lost }
  }
}

const add = (counts: Record<string, number>, name: string, count: number): void => {
  counts[name] = (counts[name] ?? 0) + count
}
