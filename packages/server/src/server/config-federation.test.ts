import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError, configFromEnvironment, configFromOptions } from './config.ts'

const plain = { id: 'idp', issuer: 'https://idp.example', client_id: 'us' }
const read = (value: unknown) => configFromEnvironment({ COUNTERSIGN_IDENTITY_PROVIDERS: JSON.stringify(value) }).identityProviders

test('a provider needs an id, an issuer and a client; everything else is the careful choice', () => {
  assert.deepEqual(read([plain]), [
    {
      id: 'idp',
      name: 'idp',
      issuer: 'https://idp.example',
      clientId: 'us',
      clientSecret: undefined,
      clientAuthentication: 'basic',
      scope: ['openid', 'email', 'profile'],
      algorithms: ['RS256', 'ES256', 'PS256', 'EdDSA'],
      signUp: true,
      linkByEmail: false,
      domains: [],
      trustsFactors: false,
    },
  ])
  assert.deepEqual(configFromEnvironment({}).identityProviders, [])
  assert.deepEqual(configFromOptions({ identityProviders: [{ ...plain, domains: [' Example.COM'] }] }).identityProviders[0]?.domains, [
    'example.com',
  ])
})

test('providers may stand in a file, so that no secret stands in the environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cs-providers-'))
  try {
    const path = join(folder, 'providers.json')
    writeFileSync(path, JSON.stringify([{ ...plain, client_secret: 'hunter2' }]))
    assert.equal(configFromEnvironment({ COUNTERSIGN_IDENTITY_PROVIDERS: path }).identityProviders[0]?.clientSecret, 'hunter2')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('what is wrong with a provider is said without its secret', () => {
  const wrong: readonly unknown[] = [
    {},
    [1],
    [{ ...plain, id: '../x' }],
    [{ ...plain, id: 'Idp' }],
    [{ ...plain, issuer: 'http://idp.example' }],
    [{ ...plain, issuer: 'https://idp.example?x' }],
    [{ ...plain, issuer: 'https://user:pass@idp.example' }],
    [{ ...plain, client_id: '' }],
    [{ ...plain, client_secret: '' }],
    [{ ...plain, client_authentication: 'jwt' }],
    [{ ...plain, scope: 'email' }],
    [{ ...plain, algorithms: ['none'] }],
    [{ ...plain, algorithms: ['HS256'] }],
    [{ ...plain, algorithms: [] }],
    [{ ...plain, sign_up: 'no' }],
    [{ ...plain, domains: ['*.example'] }],
    [{ ...plain, domains: 'example.com' }],
    [{ ...plain, linkByEmail: true }],
    [plain, { ...plain, issuer: 'https://other.example' }],
    [plain, { ...plain, id: 'two' }],
    Array.from({ length: 21 }, (_, at) => ({ ...plain, id: `p${at}`, issuer: `https://p${at}.example` })),
  ]
  for (const value of wrong) {
    const text = JSON.stringify(value).replaceAll('"client_id"', '"client_secret":"hunter2","client_id"')
    const environment = { COUNTERSIGN_IDENTITY_PROVIDERS: JSON.stringify(value) }
    assert.throws(() => configFromEnvironment(environment), ConfigError, JSON.stringify(value))
    assert.throws(
      () => configFromEnvironment({ COUNTERSIGN_IDENTITY_PROVIDERS: `${text}x` }),
      (error: Error) => !error.message.includes('hunter2'),
    )
  }
  assert.throws(() => configFromEnvironment({ COUNTERSIGN_IDENTITY_PROVIDERS: '/nowhere.json' }), ConfigError)
})
