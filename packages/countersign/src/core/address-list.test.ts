import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { addressList, isLoopback } from './address-list.ts'
import { plainAddress } from './client-address.ts'

suite('address list', () => {
  const list = addressList(['192.0.2.7', '10.0.0.0/8', '2001:db8::/32'])

  test('knows addresses and subnets of both families', () => {
    for (const address of ['192.0.2.7', '10.255.0.1', '2001:db8:1::1', '::ffff:10.0.0.1']) assert.ok(list.has(address), address)
    for (const address of ['192.0.2.8', '11.0.0.1', '2001:db9::1', '::ffff:11.0.0.1']) assert.ok(!list.has(address), address)
  })

  test('what is no address belongs to no list', () => {
    for (const address of ['', 'localhost', '10.0.0.1 ', '10.0.0', '010.0.0.1', '10.0.0.1, 10.0.0.2'])
      assert.ok(!list.has(address), address)
  })

  test('an entry that cannot be one is named', () => {
    for (const entry of ['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129', 'proxy', '10.0.0.0/-1']) {
      assert.throws(() => addressList([entry]), { name: 'RangeError', message: new RegExp(entry.replaceAll('/', '\\/')) })
    }
  })

  test('loopback is loopback in every spelling', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(address), address)
    for (const address of ['128.0.0.1', '::2', '::ffff:128.0.0.1', '']) assert.ok(!isLoopback(address), address)
    assert.equal(plainAddress('::FFFF:127.0.0.1'), '127.0.0.1')
  })
})
