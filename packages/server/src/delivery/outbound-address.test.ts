import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPublicAddress } from './outbound-address.ts'

const refused: readonly (readonly [what: string, address: string])[] = [
  ['loopback', '127.0.0.1'],
  ['loopback, another', '127.255.255.254'],
  ['this host', '0.0.0.0'],
  ['private 10/8', '10.1.2.3'],
  ['private 172.16/12', '172.31.255.255'],
  ['private 192.168/16', '192.168.0.1'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['link-local, where clouds keep their secrets', '169.254.169.254'],
  ['protocol assignments', '192.0.0.170'],
  ['documentation', '192.0.2.1'],
  ['documentation', '198.51.100.1'],
  ['documentation', '203.0.113.1'],
  ['benchmarks', '198.19.0.1'],
  ['multicast', '224.0.0.1'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['IPv6 unspecified', '::'],
  ['IPv6 loopback', '::1'],
  ['IPv6 unique local', 'fd00::1'],
  ['IPv6 unique local', 'fc00::1'],
  ['IPv6 link-local', 'fe80::1'],
  ['IPv6 site-local', 'fec0::1'],
  ['IPv6 multicast', 'ff02::1'],
  ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
  ['IPv4-mapped loopback, in hex', '::ffff:7f00:1'],
  ['IPv4-mapped, public', '::ffff:8.8.8.8'],
  ['IPv4-compatible', '::127.0.0.1'],
  ['NAT64 of loopback', '64:ff9b::7f00:1'],
  ['NAT64, local', '64:ff9b:1::1'],
  ['Teredo', '2001:0:7f00:1::1'],
  ['ORCHID', '2001:20::1'],
  ['6to4 of loopback', '2002:7f00:1::1'],
  ['IPv6 documentation', '2001:db8::1'],
  ['IPv6 documentation, new', '3fff::1'],
  ['IPv6 discard', '100::1'],
  ['a zone', 'fe80::1%lo'],
  ['a name', 'localhost'],
  ['decimal, which is no address here', '2130706433'],
  ['nothing', ''],
]
for (const [what, address] of refused) {
  test(`[F03] ${what} (${address}) is not public`, () => assert.equal(isPublicAddress(address), false))
}

for (const address of [
  '8.8.8.8',
  '1.1.1.1',
  '172.15.0.1',
  '172.32.0.1',
  '100.128.0.1',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450::1',
  '2001:4860:4860::8888',
]) {
  test(`${address} is public`, () => assert.equal(isPublicAddress(address), true))
}
