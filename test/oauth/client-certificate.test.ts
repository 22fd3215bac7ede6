import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { suite, test } from 'node:test'
import { addressList, AuthError, systemPlatform } from 'countersign/core'
import { type SubjectProperty, subjects } from '../../packages/server/src/oauth/certificate-subject.ts'
import { livingCertificate } from '../../packages/server/src/oauth/mutual-tls.ts'
import { type CertificateGround, clientCertificate } from '../../packages/server/src/server/client-certificate.ts'
import { selfSigned, TestAuthority } from '../http/server-certificate.ts'
import { certificateField } from './certified-fetch.ts'

const authority = new TestAuthority('Clients')

suite('names in a certificate (RFC 8705 section 2.1.2)', () => {
  const { cert } = authority.issue({
    subject: [
      ['C', 'DE'],
      ['O', 'Harbour, Inc. + "Co" <x>; \\ ü\n '],
      ['CN', ' #orders.example '],
    ],
    names: [
      ['dns', 'a.example'],
      ['dns', '*.b.example'],
      ['uri', 'spiffe://x/y'],
      ['uri', 'urn:a,URI:urn:evil'],
      ['ip', '192.0.2.1'],
      ['ip', '2001:0db8:0000:0000:0000:0000:0000:0007'],
      ['email', 'Ada@example.com'],
      ['dns', 'evil.example\0.c.example'],
    ],
  })
  const own = new X509Certificate(cert)
  const isOf = (property: SubjectProperty, value: string): boolean => subjects[property].isOf(own, value)

  test('what stands there is found, letter for letter, hosts in any case', () => {
    for (const [property, value] of [
      ['tls_client_auth_san_dns', 'a.example'],
      ['tls_client_auth_san_dns', 'A.Example'],
      ['tls_client_auth_san_uri', 'spiffe://x/y'],
      ['tls_client_auth_san_uri', 'urn:a,URI:urn:evil'],
      ['tls_client_auth_san_ip', '192.0.2.1'],
      ['tls_client_auth_san_ip', '2001:db8::7'],
      ['tls_client_auth_san_ip', '2001:DB8:0:0::7'],
      ['tls_client_auth_san_email', 'Ada@example.com'],
      ['tls_client_auth_san_email', 'Ada@Example.COM'],
      ['tls_client_auth_subject_dn', 'CN=\\ #orders.example\\ ,O=Harbour\\, Inc. \\+ \\"Co\\" \\<x\\>\\; \\\\ \\C3\\BC\\0A\\ ,C=DE'],
    ] as const) {
      assert.ok(subjects[property].isName(value), value)
      assert.ok(isOf(property, value), value)
    }
  })

  test('no wildcard, no part of a name and no name of another kind is', () => {
    for (const [property, value] of [
      ['tls_client_auth_san_dns', 'x.b.example'],
      ['tls_client_auth_san_dns', 'orders.example'],
      ['tls_client_auth_san_dns', '192.0.2.1'],
      ['tls_client_auth_san_dns', 'evil.example'],
      ['tls_client_auth_san_dns', 'c.example'],
      ['tls_client_auth_san_uri', 'urn:a'],
      ['tls_client_auth_san_uri', 'urn:evil'],
      ['tls_client_auth_san_uri', 'spiffe://x/'],
      ['tls_client_auth_san_ip', '192.0.2.10'],
      ['tls_client_auth_san_ip', '::ffff:192.0.2.1'],
      ['tls_client_auth_san_ip', '2001:db8::8'],
      ['tls_client_auth_san_email', 'ada@example.com'],
      ['tls_client_auth_subject_dn', 'CN=\\ #orders.example\\ '],
    ] as const) {
      assert.equal(isOf(property, value), false, value)
    }
    const bare = new X509Certificate(authority.issue({ subject: [] }).cert)
    for (const subject of Object.values(subjects)) assert.equal(subject.isOf(bare, 'a.example'), false)
  })
})

suite('whose word is taken for a certificate', () => {
  const own = selfSigned('client')
  const { raw } = new X509Certificate(own.cert)
  const ground: CertificateGround = {
    trustedProxies: addressList(['10.0.0.1']),
    clientCertificates: true,
    clientCaFile: 'ca.pem',
    clientCertificateHeader: { name: 'x-cert', form: 'pem' },
    clientCertificateVerdict: 'x-verify',
    mtlsUrl: undefined,
  }
  const socket = (authorized: boolean, authorizationError: string | null = null) => ({
    incoming: { socket: { authorized, authorizationError, getPeerCertificate: () => ({ raw }) } },
  })
  const header = { 'x-cert': encodeURIComponent(own.cert), 'x-verify': 'SUCCESS' }
  const seen = (peer: string | undefined, more: object, headers: Record<string, string> = {}, change: Partial<CertificateGround> = {}) => {
    const request = new Request('http://localhost/', { headers })
    const found = clientCertificate(request, { address: peer, secure: true, ...more }, { ...ground, ...change })
    return found === undefined ? 'none' : found.certificate.raw.equals(raw) && (found.isVerified ? 'verified' : 'unverified')
  }

  test('that of a connection is the client’s, and its CA counts only when it is one of ours', () => {
    assert.equal(seen('192.0.2.9', socket(true)), 'verified')
    assert.equal(seen('192.0.2.9', socket(false)), 'unverified')
    // As Node leaves it when a second handshake has brought another certificate.
    assert.equal(seen('192.0.2.9', socket(true, 'DEPTH_ZERO_SELF_SIGNED_CERT')), 'unverified')
    assert.equal(seen('192.0.2.9', socket(true), {}, { clientCaFile: undefined }), 'unverified')
    assert.equal(seen('192.0.2.9', socket(true), {}, { clientCertificates: false }), 'none')
    const without = { incoming: { socket: { authorized: true, getPeerCertificate: () => ({}) } } }
    assert.equal(seen('192.0.2.9', without), 'none')
    assert.equal(seen('192.0.2.9', {}), 'none')
  })

  test('behind a named proxy it is what the proxy tells, never the proxy’s own', () => {
    assert.equal(seen('10.0.0.1', socket(true)), 'none')
    assert.equal(seen('10.0.0.1', socket(true), {}, { clientCertificateHeader: undefined }), 'none')
    assert.equal(seen('10.0.0.1', {}, header), 'verified')
    assert.equal(seen('10.0.0.1', {}, { ...header, 'x-verify': 'NONE' }), 'unverified')
    assert.equal(seen('10.0.0.1', {}, { 'x-cert': header['x-cert'] }, { clientCertificateVerdict: 'always' }), 'verified')
    assert.equal(seen('10.0.0.1', {}, { 'x-cert': header['x-cert'] }, { clientCertificateVerdict: undefined }), 'unverified')
    assert.equal(seen('10.0.0.1', {}, { 'x-cert': '' }), 'none')
    assert.equal(
      seen('10.0.0.1', {}, { 'x-cert': certificateField(own) }, { clientCertificateHeader: { name: 'x-cert', form: 'rfc9440' } }),
      'unverified',
    )
    assert.throws(() => seen('10.0.0.1', {}, { 'x-cert': certificateField(own) }), AuthError)
  })

  test('bytes that are more than a certificate, or PEM where they should be DER, are refused: a service would take another thumbprint of them', () => {
    const rfc9440 = { clientCertificateHeader: { name: 'x-cert', form: 'rfc9440' } } as const
    for (const bytes of [Buffer.concat([raw, Buffer.of(0)]), Buffer.from(own.cert), raw.subarray(0, -1)]) {
      const header = { 'x-cert': `:${bytes.toString('base64')}:` }
      assert.throws(() => seen('10.0.0.1', {}, header, rfc9440), new AuthError('credential_malformed', { reason: 'client_certificate' }))
    }
    assert.equal(seen('10.0.0.1', {}, { 'x-cert': '::' }, rfc9440), 'none')
  })

  test('before its first day and after its last it is no certificate', () => {
    const presented = { certificate: new X509Certificate(own.cert), isVerified: true }
    for (const [day, expected] of [
      ['2019-12-31', undefined],
      ['2020-01-01', presented],
      ['2049-12-31', presented],
      ['2050-01-01', undefined],
    ] as const) {
      assert.equal(livingCertificate(presented, { ...systemPlatform.clock, now: () => Date.parse(day) }), expected, day)
    }
    assert.equal(livingCertificate(undefined, systemPlatform.clock), undefined)
  })

  test('a header of anybody else is not looked at', () => {
    assert.equal(seen('192.0.2.9', {}, header), 'none')
    assert.equal(seen(undefined, {}, header), 'none')
    assert.equal(clientCertificate(new Request('http://localhost/', { headers: header }), undefined, ground), undefined)
  })
})
