import { parseAddress } from 'countersign/core'
import { type HmacKey, hmacKey } from 'countersign/crypto'
import type { MasterSecret } from '../../signing/master-secret.ts'
import { type CounterKind, CROWDS } from './throttle-limits.ts'

const PURPOSE = 'throttle/1'
/** Counters of one kind have numbers of 24 bits: few enough that the table is bounded however many names are tried. */
const KIND_SIZE = 2 ** 24
/** Of an account, so that what belongs to one stands together. */
const ACCOUNT_CELLS = 2 ** 20
/** Strangers on one account are told apart by so many cells. */
const CELLS_AN_ACCOUNT = KIND_SIZE / ACCOUNT_CELLS
const STRANGER_NETWORKS = KIND_SIZE - CROWDS

/** In the order in which they are locked: what many wait for comes last. */
const kinds: readonly CounterKind[] = ['pair', 'account', 'device', 'session', 'address', 'everyone', 'mail', 'stranger']

export const kindOf = (key: number): CounterKind | undefined => kinds[Math.floor(key / KIND_SIZE)]

/** All numbers there are. */
export const lastCounterKey: number = kinds.length * KIND_SIZE - 1

/**
 * The numbers of counters: keyed digests cut to some bits. So nobody can say from the table who tried or was tried, nor aim at somebody else's
 * counter, and an address that belongs to nobody is counted like any other. Two that share a number share a counter, which can only make
 * somebody wait.
 */
export class CounterKeys {
  readonly #key: HmacKey

  constructor(secret: MasterSecret) {
    const [newest] = secret.purposeKeys(PURPOSE)
    if (newest === undefined) throw new Error('a master secret without secrets')
    this.#key = hmacKey(newest.key)
  }

  account(account: string): number {
    return base('account') + this.#accountCell(account)
  }

  pair(account: string, address: string | undefined): number {
    return this.#firstPair(account) + this.#digest(`pair\n${networkOf(address)}`, CELLS_AN_ACCOUNT)
  }

  /** Of all strangers on one account: the first and the last. */
  pairs(account: string): readonly [number, number] {
    const first = this.#firstPair(account)
    return [first, first + CELLS_AN_ACCOUNT - 1]
  }

  address(address: string): number {
    return base('address') + this.#digest(`address\n${networkOf(address)}`, KIND_SIZE)
  }

  device(user: string, device: string): number {
    return base('device') + this.#digest(`device\n${user}\n${device}`, KIND_SIZE)
  }

  session(session: string): number {
    return base('session') + this.#digest(`session\n${session}`, KIND_SIZE)
  }

  /** Of whoever asks for mails from a network. */
  mail(address: string | undefined): number {
    return base('mail') + this.#digest(`mail\n${networkOf(address)}`, KIND_SIZE)
  }

  /** Of what strangers from a network leave with us. */
  stranger(address: string): number {
    return base('stranger') + this.#digest(`stranger\n${networkOf(address)}`, STRANGER_NETWORKS)
  }

  /** The same of strangers from anywhere. It comes after all of the networks. */
  strangers(address: string | undefined): number {
    return base('stranger') + STRANGER_NETWORKS + this.#digest(`crowd\n${networkOf(address)}`, CROWDS)
  }

  crowd(address: string | undefined): number {
    return base('everyone') + this.#digest(`crowd\n${networkOf(address)}`, CROWDS)
  }

  #firstPair(account: string): number {
    return base('pair') + this.#accountCell(account) * CELLS_AN_ACCOUNT
  }

  #accountCell(account: string): number {
    return this.#digest(`account\n${account}`, ACCOUNT_CELLS)
  }

  #digest(text: string, size: number): number {
    const bytes = this.#key.bytes(text)
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % size
  }
}

const base = (kind: CounterKind): number => kinds.indexOf(kind) * KIND_SIZE

/** Whoever has an IPv6 address has the 2^64 beside it too. */
function networkOf(address: string | undefined): string {
  const parsed = address === undefined ? undefined : parseAddress(address)
  if (parsed === undefined) return ''
  return parsed.family === 4 ? String(parsed.words[3]) : parsed.words.slice(0, 2).join(':')
}
