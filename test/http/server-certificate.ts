import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** DER, as far as the certificates of tests need it (X.690, RFC 5280). */

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Uint8Array.from(bytes))
const utcTime = (text: string): Buffer => der(0x17, Buffer.from(text))

const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
const attributes = { C: [0x55, 0x04, 0x06], O: [0x55, 0x04, 0x0a], OU: [0x55, 0x04, 0x0b], CN: [0x55, 0x04, 0x03] } as const
type Attribute = readonly [type: keyof typeof attributes, value: string]

const nameOf = (subject: readonly Attribute[]): Buffer =>
  sequence(...subject.map(([type, value]) => der(0x31, sequence(oid(...attributes[type]), der(0x0c, Buffer.from(value))))))

/** Numbers of `GeneralName` (RFC 5280 section 4.2.1.6). */
const nameKinds = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const
type AlternativeName = readonly [kind: keyof typeof nameKinds, value: string]
const purposes = { serverAuth: 1, clientAuth: 2 } as const

const extension = (number: number, content: Buffer): Buffer => sequence(oid(0x55, 0x1d, number), der(0x04, content))
const alternativeNames = (names: readonly AlternativeName[]): Buffer =>
  extension(17, sequence(...names.map(([kind, value]) => der(nameKinds[kind], kind === 'ip' ? bytesOf(value) : Buffer.from(value)))))
/** IPv4, or IPv6 with all of its groups in four digits. */
const bytesOf = (address: string): Uint8Array =>
  address.includes(':') ? Buffer.from(address.replaceAll(':', ''), 'hex') : Uint8Array.from(address.split('.').map(Number))
const purposeOf = (purpose: keyof typeof purposes): Buffer =>
  extension(37, sequence(oid(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, purposes[purpose])))
const authority = extension(19, sequence(der(0x01, Uint8Array.of(0xff))))

export interface TestCertificate {
  readonly cert: string
  readonly key: string
}

export interface CertificateFacts {
  readonly subject: readonly Attribute[]
  readonly names?: readonly AlternativeName[]
  readonly purpose?: keyof typeof purposes
  readonly isAuthority?: boolean
  /** Year of its last day. */
  readonly until?: number
  /** Who signs it; left out, it does itself. */
  readonly issuer?: TestCertificate & { readonly subject: readonly Attribute[] }
}

/** A certificate of P-256, valid since 2020. */
export function certificate({
  subject,
  names = [],
  purpose,
  isAuthority = false,
  until = 2049,
  issuer,
}: CertificateFacts): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serial = randomBytes(8)
  serial[0] = 0x40
  const extensions = [
    ...(names.length === 0 ? [] : [alternativeNames(names)]),
    ...(purpose === undefined ? [] : [purposeOf(purpose)]),
    ...(isAuthority ? [authority] : []),
  ]
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, serial),
    ecdsaWithSha256,
    nameOf(issuer?.subject ?? subject),
    sequence(utcTime('200101000000Z'), utcTime(`${until % 100}1231235959Z`)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  )
  const signature = der(
    0x03,
    Uint8Array.of(0),
    sign('sha256', toBeSigned, issuer === undefined ? privateKey : createPrivateKey(issuer.key)),
  )
  const base64 = sequence(toBeSigned, ecdsaWithSha256, signature)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** A certificate of its own for `localhost`, valid until 2049. */
export const selfSigned = (name = 'localhost'): TestCertificate => certificate({ subject: [['CN', name]], names: [['dns', name]] })

/** Somebody who signs the certificates of others. */
export class TestAuthority {
  readonly subject: readonly Attribute[]
  readonly own: TestCertificate

  constructor(name: string) {
    this.subject = [
      ['O', 'Harbour'],
      ['CN', name],
    ]
    this.own = certificate({ subject: this.subject, isAuthority: true })
  }

  issue(facts: Omit<CertificateFacts, 'issuer'>): TestCertificate {
    return certificate({ ...facts, issuer: { ...this.own, subject: this.subject } })
  }
}
