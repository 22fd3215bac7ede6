import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceTitle, deviceWhere, methodOptions, methodsText } from './device.ts'

const nothing = { name: null, user_agent: null, address: null, browser: null, system: null, place: null }

test('a device is called by its name, by what it is, or by what it says of itself', () => {
  assert.equal(deviceTitle({ ...nothing, name: 'Till 3', browser: 'Firefox' }), 'Till 3')
  assert.equal(deviceTitle({ ...nothing, browser: 'Firefox', system: 'Linux' }), 'Firefox on Linux')
  assert.equal(deviceTitle({ ...nothing, user_agent: 'curl/8.5.0' }), 'curl')
  assert.equal(deviceTitle({ ...nothing, user_agent: '(odd)', system: 'Android' }), 'Unknown device on Android')
  assert.equal(deviceTitle(nothing), 'Unknown device')
})

test('where a device is: place and address, or what is known of them', () => {
  assert.equal(deviceWhere({ ...nothing, place: 'Oslo, Norway', address: '192.0.2.7' }), 'Oslo, Norway · 192.0.2.7')
  assert.equal(deviceWhere({ ...nothing, address: '192.0.2.7' }), '192.0.2.7')
  assert.equal(deviceWhere(nothing), '')
})

test('ways to sign in are named each once, and unknown ones as they are', () => {
  assert.equal(methodsText(['pwd', 'otp', 'hwk', 'swk', 'quantum', 'toString']), 'password, code from an app, passkey, quantum, toString')
})

test('a filter offers each way that is there, once', () => {
  assert.deepEqual(methodOptions(['pwd', 'otp', 'pwd']), [
    { value: 'otp', title: 'code from an app' },
    { value: 'pwd', title: 'password' },
  ])
})
