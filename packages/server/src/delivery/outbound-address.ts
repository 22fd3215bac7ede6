import { BlockList, isIP } from 'node:net'

/** IANA's special-purpose registry (RFC 6890) and what lies beyond unicast: nothing on the public network answers there. */
const specialIpv4: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]
/**
 * Of IPv6 only 2000::/3 is given out. What is not in it (loopback, unique local, link-local, multicast, IPv4-mapped, NAT64) is refused without being named;
 * what is in it and leads elsewhere (Teredo, 6to4, documentation) is named.
 */
const specialIpv6: readonly (readonly [address: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const special = new BlockList()
for (const [address, prefix] of specialIpv4) special.addSubnet(address, prefix, 'ipv4')
const refusedIpv6 = new BlockList()
for (const [address, prefix] of specialIpv6) refusedIpv6.addSubnet(address, prefix, 'ipv6')
const givenOut = new BlockList()
givenOut.addSubnet('2000::', 3, 'ipv6')

/** Does the address belong to the public network? Everything that is no address at all does not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4')
    case 6:
      return givenOut.check(address, 'ipv6') && !refusedIpv6.check(address, 'ipv6')
    default:
      return false
  }
}
