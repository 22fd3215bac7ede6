import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { addressList, AuthError } from '../../core/index.ts'
import type { ArrivedRequest } from '../credential.ts'
import { type CertificateForm, certificateThumbprint } from './client-certificate.ts'

// RFC 8705 appendix A, figures 5 and 6: the certificate, and its `x5t#S256`.
const PEM = `-----BEGIN CERTIFICATE-----
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
-----END CERTIFICATE-----
`
const THUMBPRINT = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0'
const der = new X509Certificate(PEM).raw
const hex = Buffer.from(THUMBPRINT, 'base64url').toString('hex')
const place = { proxies: addressList(['10.0.0.1']) }

const arrival = (values: readonly string[] | undefined, peer: string | undefined = '10.0.0.1', certificate?: Uint8Array) =>
  ({ peer, certificate, values: () => values }) as unknown as ArrivedRequest

const read = (form: CertificateForm, ...values: readonly string[]) =>
  certificateThumbprint(arrival(values), place, { name: 'client-cert', form })

test('the thumbprint is that of the certificate of RFC 8705 appendix A, however it arrives', () => {
  assert.equal(certificateThumbprint(arrival(undefined, undefined, der), place, undefined), THUMBPRINT)
  assert.equal(read('rfc9440', `:${der.toString('base64')}:`), THUMBPRINT)
  assert.equal(read('pem', encodeURIComponent(PEM)), THUMBPRINT)
  assert.equal(read('xfcc', `By=spiffe://a;Hash=${hex};Subject="CN=x;Hash=00,y"`), THUMBPRINT)
})

test('of several elements the last one counts, which the nearest proxy has written', () => {
  assert.equal(read('xfcc', `Hash=${'0'.repeat(64)},By=x;Hash=${hex}`), THUMBPRINT)
  assert.notEqual(read('xfcc', `Hash=${hex},Hash=${'0'.repeat(64)}`), THUMBPRINT)
})

test('a header that no named proxy has sent says nothing, and neither does the connection’s certificate where a header is meant', () => {
  const header = { name: 'client-cert', form: 'rfc9440' } as const
  const value = [`:${der.toString('base64')}:`]
  assert.equal(certificateThumbprint(arrival(value, '10.0.0.2'), place, header), undefined)
  assert.equal(certificateThumbprint({ ...arrival(value), peer: undefined }, place, header), undefined)
  assert.equal(certificateThumbprint(arrival(undefined, '10.0.0.1', der), place, header), undefined)
  // And without a header that is meant, none is looked at.
  assert.equal(certificateThumbprint(arrival(value), place, undefined), undefined)
  assert.equal(certificateThumbprint(arrival(value, '10.0.0.1', new Uint8Array()), place, undefined), undefined)
})

test('a proxy says that there is no certificate by an empty header', () => {
  assert.equal(read('pem', ''), undefined)
  assert.equal(read('xfcc', ''), undefined)
})

const garbled: ReadonlyArray<readonly [form: CertificateForm, values: readonly string[]]> = [
  ['rfc9440', [der.toString('base64')]],
  ['rfc9440', ['']],
  ['rfc9440', ['"text"']],
  ['rfc9440', [`:${der.toString('base64')}:`, `:${der.toString('base64')}:`]],
  ['rfc9440', [`:${'A'.repeat(20_000)}:`]],
  ['pem', ['%']],
  ['pem', ['certificate']],
  ['pem', [encodeURIComponent(PEM + PEM)]],
  // A look that went over the spaces again for each of them would not end today.
  ['pem', [`-----BEGIN CERTIFICATE-----${' '.repeat(16_000)}x`]],
  ['pem', [`-----BEGIN CERTIFICATE-----${' '.repeat(16_000)}-----END`]],
  ['xfcc', ['By=x']],
  ['xfcc', [`Hash=${hex};Hash=${hex}`]],
  ['xfcc', ['Hash=abc']],
  // What the client has sent begins a quote, and its name goes on where the proxy's quote begins.
  ['xfcc', [`By="x,By=y;Hash=${'0'.repeat(64)};Subject="CN=a,Hash=${hex}"`]],
  ['xfcc', [`By="x,By=y;Hash=${'0'.repeat(64)};Subject="CN=a,Hash=${hex},O=\\"b"`]],
]
for (const [form, values] of garbled) {
  test(`${form} "${values.join(', ').slice(0, 24)}…" from a named proxy is refused, not passed over`, () =>
    assert.throws(
      () => read(form, ...values),
      (error) => error instanceof AuthError && error.code === 'credential_malformed',
    ))
}
