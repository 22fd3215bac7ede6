import { formatAddress, parseAddress } from './address.ts'
import type { AddressList } from './address-list.ts'

/** The header that the proxies of an installation write: one of the two. What the other one says is the client's own tale. */
export type ForwardingHeader = 'x-forwarded-for' | 'forwarded'

const MAX_HOPS = 32
const MAX_LENGTH = 4096

/**
 * Where a request comes from. Forwarding headers count only when the peer is a named proxy, and are read from the right: each named proxy
 * vouches for the address left of its own, and the first one that is not named is the client.
 *
 * @param peer The address that the connection comes from.
 * @param forwarded The header's values, joined by commas; RFC 7239 for `forwarded`.
 * @returns the address in its one spelling; `undefined` where it is not known: no peer, or a named proxy that hides or garbles it.
 */
export function clientAddress(
  peer: string | undefined,
  forwarded: string | undefined,
  proxies: AddressList,
  header: ForwardingHeader = 'x-forwarded-for',
): string | undefined {
  let address = peer === undefined ? undefined : plainAddress(peer)
  if (address === undefined || forwarded === undefined || !proxies.has(address)) return address
  if (forwarded.length > MAX_LENGTH) return undefined
  const hops = header === 'forwarded' ? forwardedFor(forwarded) : forwarded.split(',').map((hop) => hop.trim())
  for (let count = 0; address !== undefined && proxies.has(address) && hops.length > 0; count++) {
    if (count === MAX_HOPS) return undefined
    address = hopAddress(hops.pop() ?? '')
  }
  return address
}

/** The one spelling of an address; `undefined` for what is none. `::ffff:192.0.2.1` is `192.0.2.1`. */
export function plainAddress(text: string): string | undefined {
  const address = parseAddress(text)
  return address === undefined ? undefined : formatAddress(address)
}

const bracketed = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i
const ipv4WithPort = /^([\d.]+):\d{1,5}$/

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`. */
function hopAddress(hop: string): string | undefined {
  const inner = bracketed.exec(hop)?.[1] ?? ipv4WithPort.exec(hop)?.[1] ?? hop
  return plainAddress(inner)
}

const forwardedPair = /^\s*([!#$%&'*+.^_`|~0-9a-z-]+)=(?:([!#$%&'*+.^_`|~0-9a-z-]+)|"([^"\\]*)")\s*$/i

/** The `for` of each element, from the client to the last proxy. An element without one hides where it comes from. */
function forwardedFor(value: string): string[] {
  return value.split(',').map((element) => {
    for (const pair of element.split(';')) {
      const [, name = '', token, quoted] = forwardedPair.exec(pair) ?? []
      if (name.toLowerCase() === 'for') return token ?? quoted ?? ''
    }
    return ''
  })
}
