import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { certificateSupport } from './config-client-certificate.ts'
import { ConfigError, configFromEnvironment, configFromOptions, type ServerOptions } from './config.ts'
import { serve } from './listen.ts'

function mistakesOf(options: ServerOptions): readonly string[] {
  try {
    configFromOptions(options)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.mistakes.map(({ name }) => name)
  }
}

suite('where the certificates of clients come from', () => {
  const proxy = { trustedProxies: ['10.0.0.1'] }

  test('from nowhere, where nothing is said; then nothing of it is offered', () => {
    assert.deepEqual(certificateSupport(configFromOptions({})), { arrive: false, areVerified: false })
  })

  test('from our own TLS, and a CA is reason enough to ask', () => {
    assert.deepEqual(certificateSupport(configFromOptions({ clientCertificates: true })), { arrive: true, areVerified: false })
    const config = configFromOptions({ clientCaFile: 'ca.pem' })
    assert.deepEqual([config.clientCertificates, certificateSupport(config)], [true, { arrive: true, areVerified: true }])
    assert.equal(configFromEnvironment({ COUNTERSIGN_TLS_CLIENT_CERTIFICATES: 'yes' }).clientCertificates, true)
    assert.equal(configFromEnvironment({ COUNTERSIGN_TLS_CLIENT_CA: 'ca.pem' }).clientCaFile, 'ca.pem')
  })

  test('from a proxy that is named, in a header whose form is known', () => {
    const header = (name: string) => configFromOptions({ ...proxy, clientCertificateHeader: name }).clientCertificateHeader
    assert.deepEqual(header('Client-Cert'), { name: 'client-cert', form: 'rfc9440' })
    assert.deepEqual(header('ssl-client-cert:pem'), { name: 'ssl-client-cert', form: 'pem' })
    const given = configFromOptions({ ...proxy, clientCertificateHeader: 'Client-Cert', clientCertificateVerdict: 'Always' })
    assert.deepEqual(certificateSupport(given), { arrive: true, areVerified: true })
  })

  test('a header of nobody, of no known form, and a verdict about nothing are refused', () => {
    assert.deepEqual(mistakesOf({ clientCertificateHeader: 'Client-Cert' }), ['clientCertificateHeader'])
    for (const wrong of ['X-Forwarded-Client-Cert', 'Client-Cert:xfcc', 'a b', 'a:pem:b', '']) {
      assert.deepEqual(mistakesOf({ ...proxy, clientCertificateHeader: wrong }), ['clientCertificateHeader'], wrong)
    }
    assert.deepEqual(mistakesOf({ ...proxy, clientCertificateVerdict: 'always' }), ['clientCertificateVerdict'])
    const both = { clientCertificateHeader: 'Client-Cert', clientCertificateVerdict: 'Client-Cert' }
    assert.deepEqual(mistakesOf({ ...proxy, ...both }), ['clientCertificateVerdict'])
  })

  test('another name under which they are asked for is one of the issuer, and there for certificates', () => {
    const issuer = 'https://auth.example.com/id'
    const own = { clientCertificates: true, issuer }
    assert.deepEqual(mistakesOf({ ...own, mtlsUrl: 'https://mtls.example.com/id' }), [])
    assert.deepEqual(mistakesOf({ issuer, mtlsUrl: 'https://mtls.example.com/id' }), ['mtlsUrl'])
    for (const wrong of [issuer, 'http://mtls.example.com/id', 'https://mtls.example.com', 'mtls.example.com']) {
      assert.deepEqual(mistakesOf({ ...own, mtlsUrl: wrong }), ['mtlsUrl'], wrong)
    }
  })

  test('a server without TLS of its own does not say that it asks for them', async () => {
    await assert.rejects(serve(configFromOptions({ clientCertificates: true, database: 'memory:' })), /our own TLS/)
  })
})
