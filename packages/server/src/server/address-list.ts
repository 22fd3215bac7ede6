import { BlockList, isIP } from 'node:net'

/** Which network addresses belong: single addresses and subnets, IPv4 and IPv6. */
export interface AddressList {
  readonly size: number
  has(address: string): boolean
}

/** `::ffff:192.0.2.1`, as a dual-stack socket reports an IPv4 peer, is the IPv4 address. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

function addEntry(list: BlockList, entry: string): void {
  const [address = '', prefix, ...rest] = entry.split('/')
  const bits = isIP(address) === 6 ? 128 : 32
  if (isIP(address) === 0 || rest.length > 0) throw new RangeError(`"${entry}" is neither an address nor a subnet`)
  if (prefix === undefined) return list.addAddress(address, family(address))
  const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  if (!(length >= 0 && length <= bits)) throw new RangeError(`"${entry}" has no prefix length from 0 to ${bits}`)
  list.addSubnet(address, length, family(address))
}

/**
 * @param entries `10.0.0.7`, `10.0.0.0/8`, `fd00::/8` and so on.
 * @throws {RangeError} naming the first entry that is none of these.
 */
export function addressList(entries: readonly string[]): AddressList {
  const list = new BlockList()
  for (const entry of entries) addEntry(list, entry)
  return Object.freeze({
    size: entries.length,
    has(address: string): boolean {
      const plain = plainAddress(address)
      return isIP(plain) !== 0 && list.check(plain, family(plain))
    },
  })
}

const loopback = addressList(['127.0.0.0/8', '::1'])

/** Does the address belong to this very machine? */
export const isLoopback = (address: string): boolean => loopback.has(address)
