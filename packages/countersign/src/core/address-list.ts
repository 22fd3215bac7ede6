import { type NetworkAddress, parseAddress } from './address.ts'

/** Which network addresses belong: single addresses and subnets, IPv4 and IPv6. */
export interface AddressList {
  readonly size: number
  /** Whether the address belongs. What is no address belongs nowhere. */
  has(address: string): boolean
}

interface Subnet {
  readonly address: NetworkAddress
  /** Of the 128 bits. */
  readonly prefixLength: number
}

/** Of an IPv4 address, before its own bits. */
const MAPPED_BITS = 96

/**
 * @param entries `10.0.0.7`, `10.0.0.0/8`, `fd00::/8` and so on (RFC 4632, RFC 4291 section 2.3). An IPv6 subnet holds no IPv4 address.
 * @throws {RangeError} naming the first entry that is none of these.
 */
export function addressList(entries: readonly string[]): AddressList {
  const subnets = entries.map(parseSubnet)
  return Object.freeze({
    size: entries.length,
    has(text: string): boolean {
      if (subnets.length === 0) return false
      const address = parseAddress(text)
      return address !== undefined && subnets.some((subnet) => contains(subnet, address))
    },
  })
}

function parseSubnet(entry: string): Subnet {
  const [text = '', prefix, ...rest] = entry.split('/')
  const address = text.includes('%') ? undefined : parseAddress(text)
  if (address === undefined || rest.length > 0) throw new RangeError(`"${entry}" is neither an address nor a subnet`)
  // `::ffff:192.0.2.0/120` counts from the left of 128 bits, `192.0.2.0/24` from the left of 32.
  const ownBits = address.family === 4 && !text.includes(':') ? 128 - MAPPED_BITS : 128
  const length = prefix === undefined ? ownBits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  if (!(length >= 0 && length <= ownBits)) throw new RangeError(`"${entry}" has no prefix length from 0 to ${ownBits}`)
  const prefixLength = length + 128 - ownBits
  if (address.family === 4 && prefixLength < MAPPED_BITS) throw new RangeError(`"${entry}" holds more than IPv4-mapped addresses`)
  return { address, prefixLength }
}

function contains({ address, prefixLength }: Subnet, candidate: NetworkAddress): boolean {
  if (candidate.family !== address.family) return false
  for (let index = 0; index < 4; index++) {
    const bits = Math.min(32, Math.max(0, prefixLength - index * 32))
    if (bits === 0) return true
    const mask = bits === 32 ? 0xffffffff : ~(0xffffffff >>> bits)
    if ((((address.words[index] ?? 0) ^ (candidate.words[index] ?? 0)) & mask) !== 0) return false
  }
  return true
}

const loopback = addressList(['127.0.0.0/8', '::1'])

/** Does the address belong to this very machine? */
export const isLoopback = (address: string): boolean => loopback.has(address)
