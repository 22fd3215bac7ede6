import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { isSameName, parseDistinguishedName, subjectName } from './distinguished-name.ts'

/** Under which of the names in its certificate a client is known (RFC 8705 section 2.1.2). */
export type SubjectProperty =
  | 'tls_client_auth_subject_dn'
  | 'tls_client_auth_san_dns'
  | 'tls_client_auth_san_uri'
  | 'tls_client_auth_san_ip'
  | 'tls_client_auth_san_email'

const MAXIMUM_LENGTH = 1024
const hostName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i
const address = /^[\x21-\x3f\x41-\x7e]{1,64}@[a-z0-9.-]{1,253}$/i

interface Subject {
  /** What can be expected: a name, not a pattern of names. */
  isName(value: string): boolean
  isOf(certificate: X509Certificate, value: string): boolean
  /** For whoever has registered something else. */
  readonly form: string
}

/** OpenSSL would take the name of a host out of the subject, or a wildcard for it: what a client is known by is one entry, letter for letter. */
const exactly = { subject: 'never', wildcards: false, partialWildcards: false } as const

export const subjects: Readonly<Record<SubjectProperty, Subject>> = {
  tls_client_auth_subject_dn: {
    form: 'must be a distinguished name of RFC 4514, such as CN=orders,O=Example; attributes without a common short name by their number',
    isName: (value) => parseDistinguishedName(value) !== undefined,
    isOf: ({ subject }, value) => isSubject(subject, value),
  },
  tls_client_auth_san_dns: {
    form: 'must be the name of a host, without wildcards',
    isName: (value) => hostName.test(value),
    isOf: (certificate, value) => certificate.checkHost(value, exactly) !== undefined,
  },
  tls_client_auth_san_uri: {
    form: 'must be a URI',
    isName: (value) => value.length <= MAXIMUM_LENGTH && /^[\x21-\x7e]+$/.test(value) && URL.canParse(value),
    isOf: ({ subjectAltName }, value) => urisOf(subjectAltName ?? '').includes(value),
  },
  tls_client_auth_san_ip: {
    form: 'must be an IP address',
    isName: (value) => isIP(value) !== 0 && !value.includes('%'),
    isOf: (certificate, value) => isIP(value) !== 0 && certificate.checkIP(value) !== undefined,
  },
  tls_client_auth_san_email: {
    form: 'must be an e-mail address',
    isName: (value) => address.test(value),
    isOf: (certificate, value) => certificate.checkEmail(value, exactly) !== undefined,
  },
}

export const subjectProperties: readonly SubjectProperty[] = Object.keys(subjects) as SubjectProperty[] // the keys of the record above

function isSubject(shown: string | undefined, value: string): boolean {
  const expected = parseDistinguishedName(value)
  const actual = subjectName(shown ?? '')
  return expected !== undefined && actual !== undefined && isSameName(expected, actual)
}

/** As Node shows them: quoted like JSON where a value could be taken for something else. */
const entry = /([A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y

/** @returns nothing at all when anything cannot be read. */
function urisOf(shown: string): readonly string[] {
  const uris: string[] = []
  entry.lastIndex = 0
  while (entry.lastIndex < shown.length) {
    const [, type, value = ''] = entry.exec(shown) ?? []
    if (type === undefined) return []
    if (type === 'URI') uris.push(value.startsWith('"') ? (JSON.parse(value) as string) : value)
  }
  return uris
}
