import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConfigError, configFromOptions, type ServerOptions } from './config.ts'
import { relyingPartyOf } from './config-passkey.ts'

const issuer = 'https://auth.example.com'
const partyOf = (options: ServerOptions) => relyingPartyOf(configFromOptions({ issuer, ...options }), 'Example')

function mistakesOf(options: ServerOptions): readonly string[] {
  try {
    partyOf(options)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.mistakes.map(({ name }) => name)
  }
}

suite('for whom passkeys are', () => {
  test('the issuer’s host and origin, where nothing is said', () => {
    assert.deepEqual(partyOf({}), { id: 'auth.example.com', name: 'Example', origins: [issuer] })
    const { id, origins } = partyOf({ issuer: 'http://localhost:4000/auth' })
    assert.deepEqual([id, origins], ['localhost', ['http://localhost:4000']])
  })

  test('a parent of the host, and pages below it', () => {
    const android = `android:apk-key-hash:${'A'.repeat(43)}`
    const party = partyOf({ passkeyDomain: 'Example.com', passkeyOrigins: `https://www.example.com,https://example.com:8443,${android}` })
    assert.deepEqual(party.id, 'example.com')
    assert.deepEqual(party.origins, [issuer, 'https://www.example.com', 'https://example.com:8443', android])
  })

  test('what a browser would refuse is refused at the start', () => {
    for (const passkeyDomain of [
      'com',
      'co.uk',
      '192.0.2.1',
      'example.com/',
      'https://example.com',
      '',
      'other.example.com',
      'example.org',
    ]) {
      assert.deepEqual(mistakesOf({ passkeyDomain }), ['passkeyDomain'], passkeyDomain)
    }
    for (const origin of [
      'https://www.example.com',
      'http://auth.example.com',
      'https://auth.example.com/',
      'https://evil-auth.example.com.evil.test',
      'auth.example.com',
      'android:apk-key-hash:short',
      '*',
    ]) {
      assert.deepEqual(mistakesOf({ passkeyOrigins: origin }), ['passkeyOrigins'], origin)
    }
  })
})
