/** A network address in 128 bits, as four words from the highest. An IPv4 address is told apart from every IPv6 address. */
export interface NetworkAddress {
  readonly family: 4 | 6
  readonly words: readonly [number, number, number, number]
}

const MAX_LENGTH = 45
const MAPPED_PREFIX = 0xffff

/**
 * Reads an address: `192.0.2.1`, `2001:db8::1`. IPv4 only in four decimal numbers without leading zeros, since others read octal,
 * hexadecimal or fewer numbers in different ways. An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2), as a
 * dual-stack socket reports its peer, is the IPv4 address. A zone (`%eth0`) is left out.
 *
 * @returns `undefined` for anything else.
 */
export function parseAddress(text: string): NetworkAddress | undefined {
  const zone = text.indexOf('%')
  const bare = zone < 0 ? text : text.slice(0, zone)
  if (bare.length > MAX_LENGTH) return undefined
  if (!bare.includes(':')) {
    const word = zone < 0 ? parseIpv4(bare) : undefined
    return word === undefined ? undefined : { family: 4, words: [0, 0, MAPPED_PREFIX, word] }
  }
  const groups = parseIpv6(bare)
  if (groups === undefined) return undefined
  const word = (index: number): number => (((groups[index] ?? 0) << 16) | (groups[index + 1] ?? 0)) >>> 0
  const words = [word(0), word(2), word(4), word(6)] as const
  const isMapped = words[0] === 0 && words[1] === 0 && words[2] === MAPPED_PREFIX
  return { family: isMapped ? 4 : 6, words }
}

/** How many leading bits of an address name the network that is meant. */
export interface NetworkBits {
  /** Of 32. */
  readonly ipv4: number
  /** Of 128. */
  readonly ipv6: number
}

/** Of the line: an IPv4 address whole, and of an IPv6 address what a subscriber is given; hosts change the rest by themselves (RFC 8981). */
const subscriber: NetworkBits = { ipv4: 32, ipv6: 64 }

/** The network of an address, as the address that it begins with. @returns `undefined` for what is no address. */
export function addressNetwork(text: string, bits: NetworkBits = subscriber): string | undefined {
  const address = parseAddress(text)
  if (address === undefined) return undefined
  const kept = address.family === 4 ? 96 + bits.ipv4 : bits.ipv6
  const masked = (index: number): number => {
    const ofWord = Math.min(32, Math.max(0, kept - index * 32))
    // A shift by 32 would be one by none.
    return ofWord === 0 ? 0 : ((address.words[index] ?? 0) & (0xffffffff << (32 - ofWord))) >>> 0
  }
  return formatAddress({ family: address.family, words: [masked(0), masked(1), masked(2), masked(3)] })
}

/** The one spelling of an address (RFC 5952; IPv4 in dots). */
export function formatAddress({ family, words }: NetworkAddress): string {
  if (family === 4) return [24, 16, 8, 0].map((shift) => (words[3] >>> shift) & 0xff).join('.')
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff])
  const zeros = longestZeros(groups)
  const hex = groups.map((group) => group.toString(16))
  if (zeros.length < 2) return hex.join(':')
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 }
  let start = 0
  for (let index = 0; index <= groups.length; index++) {
    if (groups[index] === 0) continue
    if (index - start > longest.length) longest = { start, length: index - start }
    start = index + 1
  }
  return longest
}

const decimalOctet = /^(?:0|[1-9]\d{0,2})$/

function parseIpv4(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let word = 0
  for (const part of parts) {
    if (!decimalOctet.test(part) || Number(part) > 255) return undefined
    word = word * 256 + Number(part)
  }
  return word
}

const GROUPS = 8

function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [front, back] = [parseGroups(halves[0] ?? ''), parseGroups(halves[1] ?? '')]
  if (front === undefined || back === undefined) return undefined
  // Only the last group may be an IPv4 address: not one that stands before the gap.
  if (halves.length === 2 && (halves[0] ?? '').includes('.')) return undefined
  const missing = GROUPS - front.length - back.length
  if (halves.length === 1) return missing === 0 ? front : undefined
  return missing < 1 ? undefined : [...front, ...new Array<number>(missing).fill(0), ...back]
}

const hexGroup = /^[0-9a-f]{1,4}$/i

function parseGroups(text: string): readonly number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const embedded = index === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined
    if (embedded !== undefined) groups.push(embedded >>> 16, embedded & 0xffff)
    else if (hexGroup.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}
