import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, configFromEnvironment } from './config.ts'

const read = (COUNTERSIGN_METRICS?: string) => configFromEnvironment({ COUNTERSIGN_METRICS }).metrics

test('[J04] metrics are for this machine’s administrator unless somebody says otherwise', () => {
  assert.deepEqual(read(), { kind: 'local' })
  assert.deepEqual(read('local'), { kind: 'local' })
  assert.deepEqual(read('authenticated'), { kind: 'authenticated' })
})

test('[J04] a port of their own is one of this machine', () => {
  assert.deepEqual(read('127.0.0.1:9464'), { kind: 'listener', host: '127.0.0.1', port: 9464 })
  assert.deepEqual(read('[::1]:0'), { kind: 'listener', host: '::1', port: 0 })
  assert.deepEqual(read('localhost:9464'), { kind: 'listener', host: '127.0.0.1', port: 9464 })
})

const wrong = [
  'on',
  'yes',
  '9464',
  '0.0.0.0:9464',
  '10.0.0.1:9464',
  '[::]:9464',
  '[2001:db8::1]:9464',
  '127.0.0.1:65536',
  '127.0.0.1:',
  '999.0.0.1:1',
  'example.com:9464',
]
for (const text of wrong) {
  test(`[J04] metrics are not opened to ${text}`, () => {
    assert.throws(
      () => read(text),
      (error) => error instanceof ConfigError && error.message.includes('COUNTERSIGN_METRICS'),
    )
  })
}
