import assert from 'node:assert/strict'
import { BlockList, isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatAddress, parseAddress } from './address.ts'
import { addressList } from './address-list.ts'
import { clientAddress, plainAddress } from './client-address.ts'

test('[A13] an address has one spelling, and an IPv4-mapped one is the IPv4 address', () => {
  const spellings: readonly [string, string | undefined][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['192.0.2.01', undefined],
    ['0x7f.1', undefined],
    ['2130706433', undefined],
    ['192.0.2.256', undefined],
    ['192.0.2.1%eth0', undefined],
    ['1::2::3', undefined],
    ['1.2.3.4::', undefined],
    ['1:2:3:4:5:6:7', undefined],
    ['12345::', undefined],
    ['', undefined],
    ['unknown', undefined],
    [`${'0'.repeat(40)}::1`, undefined],
  ]
  for (const [text, plain] of spellings) assert.equal(plainAddress(text), plain, text)
})

test('[A13] every address comes back as it was written, and what Node calls no address is none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const address = parseAddress(text)
      assert.ok(address !== undefined)
      assert.deepEqual(parseAddress(formatAddress(address)), address)
    }),
  )
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f:.]{1,20}$/), (text) => {
      assert.equal(parseAddress(text) !== undefined, isIP(text) !== 0)
    }),
    { numRuns: 2000 },
  )
})

test("[A13] within one family a list decides as Node's own does", () => {
  const subnet = fc.oneof(
    fc.tuple(
      fc.constantFrom('10.1.2.3', '10.1.255.0', '192.0.2.77', '0.0.0.0'),
      fc.integer({ min: 0, max: 32 }),
      fc.constant('ipv4' as const),
    ),
    fc.tuple(fc.constantFrom('2001:db8::1', '2001:db8:8000::', 'fd00::1'), fc.integer({ min: 0, max: 128 }), fc.constant('ipv6' as const)),
  )
  const candidate = fc.constantFrom('10.1.2.3', '10.1.2.4', '10.9.9.9', '192.0.2.64', '2001:db8::2', '2001:db8:8001::', 'fd12::', '::1')
  fc.assert(
    fc.property(subnet, candidate, ([address, length, family], asked) => {
      const reference = new BlockList()
      reference.addSubnet(address, length, family)
      const isSameFamily = (isIP(asked) === 4) === (family === 'ipv4')
      const expected = isSameFamily && reference.check(asked, family)
      assert.equal(addressList([`${address}/${length}`]).has(asked), expected, `${address}/${length} ${asked}`)
    }),
    { numRuns: 1000 },
  )
})

test('[A13] an IPv6 subnet, however wide, holds no IPv4 address, mapped or not', () => {
  const list = addressList(['::/0'])
  assert.equal(list.has('2001:db8::1'), true)
  assert.equal(list.has('192.0.2.1'), false)
  assert.equal(list.has('::ffff:192.0.2.1'), false)
  assert.equal(addressList(['::ffff:192.0.2.0/120']).has('192.0.2.9'), true)
  assert.equal(addressList(['192.0.2.0/24']).has('::ffff:192.0.2.9'), true)
})

test('an entry that is none is refused by name', () => {
  for (const entry of [
    '10.0.0.0/33',
    '10.0.0/8',
    'fd00::/129',
    'fe80::1%eth0',
    'example.com',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '::ffff:0.0.0.0/90',
  ]) {
    assert.throws(
      () => addressList(['127.0.0.1', entry]),
      (error) => error instanceof RangeError && error.message.includes(entry),
      entry,
    )
  }
})

const proxies = addressList(['10.0.0.0/8', 'fd00::/8'])

test('[A13] behind named proxies the client is the first address from the right that is none of them', () => {
  const cases: readonly [string | undefined, string | undefined, string | undefined][] = [
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '192.0.2.66, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['10.0.0.1', '[2001:db8::7]:443', '2001:db8::7'],
    ['10.0.0.1', '10.0.0.3', '10.0.0.3'],
    ['10.0.0.1', '198.51.100.1, nonsense', undefined],
    ['10.0.0.1', '', undefined],
    ['10.0.0.1', 'x'.repeat(5000), undefined],
    ['10.0.0.1', new Array(40).fill('10.0.0.2').join(','), undefined],
    [undefined, '198.51.100.1', undefined],
  ]
  for (const [peer, forwarded, client] of cases) assert.equal(clientAddress(peer, forwarded, proxies), client, `${peer} ${forwarded}`)
})

test('[A13] Forwarded (RFC 7239) is read where it is the one that the proxies write', () => {
  const cases: readonly [string, string | undefined][] = [
    ['for=192.0.2.43', '192.0.2.43'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for=192.0.2.66, for=192.0.2.60;proto=http;by=203.0.113.43', '192.0.2.60'],
    ['for=192.0.2.60, for=10.0.0.9', '192.0.2.60'],
    ['for=_hidden', undefined],
    ['for=unknown', undefined],
    ['for=192.0.2.66, proto=https', undefined],
  ]
  for (const [value, client] of cases) assert.equal(clientAddress('10.0.0.1', value, proxies, 'forwarded'), client, value)
})
