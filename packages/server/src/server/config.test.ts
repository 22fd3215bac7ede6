import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { ConfigError, configFromEnvironment, configFromOptions, onPort } from './config.ts'

const secret = randomBytes(32).toString('base64url')

/** The names of all mistakes, and the text that an operator reads. */
function mistakesOf(read: () => unknown): { readonly names: readonly string[]; readonly text: string } {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigError) return { names: error.mistakes.map(({ name }) => name), text: error.message }
    throw error
  }
  throw new Error('the configuration was accepted')
}

suite('configuration', () => {
  test('nothing given is a development server on this machine, complete and frozen', () => {
    const config = configFromEnvironment({})
    assert.ok(Object.isFrozen(config))
    assert.deepEqual(
      [config.host, config.port, config.issuer, config.audience, config.database, config.production],
      ['127.0.0.1', 4000, 'http://127.0.0.1:4000', ['http://127.0.0.1:4000'], { kind: 'sqlite', path: './data/countersign.db' }, false],
    )
    assert.equal(config.secret, undefined)
  })

  test('every mistake is reported at once, by the name of its variable, with what to do, and without the value of a secret', () => {
    const { names, text } = mistakesOf(() =>
      configFromEnvironment({
        PORT: '70000',
        COUNTERSIGN_ISSUER: 'ftp://x',
        COUNTERSIGN_DATABASE: 'mysql://x',
        COUNTERSIGN_SECRET: 'hunter2',
        COUNTERSIGN_FEED: 'amqp://user:hunter2@localhost',
        COUNTERSIGN_ROLE_SCOPES: '{"staff":"all"}',
        COUNTERSIGN_TRUSTED_PROXIES: '10.0.0.0/33',
        COUNTERSIGN_TLS_CERT: 'cert.pem',
        COUNTERSIGN_SINGLE_SESSION: 'maybe',
        COUNTERSIGN_ACCESS_TOKEN_SECONDS: '86400',
        COUNTERSIGN_TRUSTED_PROXY: '10.0.0.1',
      }),
    )
    assert.deepEqual([...names].sort(), [
      'COUNTERSIGN_ACCESS_TOKEN_SECONDS',
      'COUNTERSIGN_DATABASE',
      'COUNTERSIGN_FEED',
      'COUNTERSIGN_ISSUER',
      'COUNTERSIGN_ROLE_SCOPES',
      'COUNTERSIGN_SECRET',
      'COUNTERSIGN_SINGLE_SESSION',
      'COUNTERSIGN_TLS_KEY',
      'COUNTERSIGN_TRUSTED_PROXIES',
      'COUNTERSIGN_TRUSTED_PROXY',
      'PORT',
    ])
    assert.equal(text.split('\n').length, names.length)
    assert.match(text, /COUNTERSIGN_FEED is no feed that this version can publish\. Use sse, postgres, redis:/)
    assert.ok(!text.includes('hunter2'))
  })

  test('production wants a secret, and an https issuer or a named proxy', () => {
    const production = { NODE_ENV: 'production' }
    assert.deepEqual(mistakesOf(() => configFromEnvironment(production)).names, ['COUNTERSIGN_SECRET', 'COUNTERSIGN_ISSUER'])
    const plain = { ...production, COUNTERSIGN_SECRET: secret, COUNTERSIGN_ISSUER: 'http://auth.example.com' }
    assert.deepEqual(mistakesOf(() => configFromEnvironment(plain)).names, ['COUNTERSIGN_ISSUER'])
    assert.equal(configFromEnvironment({ ...plain, COUNTERSIGN_TRUSTED_PROXIES: '10.0.0.1' }).production, true)
    assert.equal(configFromEnvironment({ ...plain, COUNTERSIGN_ISSUER: 'https://auth.example.com/' }).issuer, 'https://auth.example.com')
  })

  test('a PostgreSQL database is named without its password, and wants a host and a database', () => {
    const database = 'postgres://countersign:hunter2@db.example:5433/auth?sslmode=require'
    const config = configFromOptions({ database })
    assert.deepEqual(config.database, { kind: 'postgres', path: '', url: database, name: 'postgres://db.example:5433/auth' })
    for (const wrong of ['postgres://', 'postgres://db.example', 'postgresql://u:hunter2@db.example/']) {
      const { names, text } = mistakesOf(() => configFromOptions({ database: wrong }))
      assert.deepEqual(names, ['database'])
      assert.ok(!text.includes('hunter2'))
    }
  })

  test('the log is published through PostgreSQL only where the database is one', () => {
    assert.deepEqual(mistakesOf(() => configFromOptions({ feed: 'postgres' })).names, ['feed'])
    assert.equal(configFromOptions({ feed: 'postgres', database: 'postgres://db.example/auth' }).feed.kind, 'postgres')
  })

  test('applications register by themselves only where they may be at all, and never without a token', () => {
    assert.equal(configFromOptions({ oauth: true }).oauthRegistration, 'off')
    assert.equal(configFromOptions({ oauth: true, oauthRegistration: 'token' }).oauthRegistration, 'token')
    assert.deepEqual(mistakesOf(() => configFromOptions({ oauthRegistration: 'token' })).names, ['oauthRegistration'])
    const open = { COUNTERSIGN_OAUTH: 'yes', COUNTERSIGN_OAUTH_REGISTRATION: 'open' }
    assert.deepEqual(mistakesOf(() => configFromEnvironment(open)).names, ['COUNTERSIGN_OAUTH_REGISTRATION'])
  })

  test('an issuer with a query, a fragment or a password is refused', () => {
    for (const issuer of ['https://a.example/?x', 'https://a.example/#x', 'https://u:p@a.example', 'a.example', '/']) {
      assert.deepEqual(mistakesOf(() => configFromOptions({ issuer })).names, ['issuer'])
    }
  })

  test('options are read as the environment is, and a misspelt one is refused', () => {
    const config = configFromOptions({
      audience: ['orders', 'billing'],
      roleScopes: { staff: ['orders:read'] },
      trustedProxies: ['fd00::/8'],
      singleSession: true,
    })
    assert.deepEqual(config.audience, ['orders', 'billing'])
    assert.ok(config.trustedProxies.has('fd12::1') && !config.trustedProxies.has('fe80::1'))
    // A misspelt member, as plain JavaScript would pass it.
    const misspelt: object = { singelSession: true }
    assert.deepEqual(mistakesOf(() => configFromOptions(misspelt)).names, ['singelSession'])
  })

  test('limits of a session fit together, whichever of them is given', () => {
    assert.ok(configFromOptions({ sessionSeconds: 3600 }).sessionIdleSeconds <= 3600)
    assert.ok(configFromOptions({ sessionIdleSeconds: 200 * 86_400 }).sessionSeconds >= 200 * 86_400)
    assert.deepEqual(mistakesOf(() => configFromOptions({ sessionSeconds: 60, sessionIdleSeconds: 61 })).names, ['sessionIdleSeconds'])
  })

  test('an issuer that was not given follows the port that was taken; a given one does not', () => {
    const followed = onPort(configFromOptions({ port: 0 }), 4711)
    assert.deepEqual([followed.issuer, followed.audience], ['http://127.0.0.1:4711', ['http://127.0.0.1:4711']])
    assert.equal(onPort(configFromOptions({ port: 0, issuer: 'https://a.example' }), 4711).issuer, 'https://a.example')
    assert.deepEqual(onPort(configFromOptions({ port: 0, audience: 'orders' }), 4711).audience, ['orders'])
  })
})
