import type { CertificateForm } from 'countersign'
import type { AddressList } from 'countersign/core'
import type { CertificateSupport } from '../oauth/index.ts'
import type { ConfigMistake } from './config-rule.ts'
import { issuerUrl, type Read, text, WrongValue, yesOrNo } from './config-value.ts'

/** How a named proxy tells of the client's certificate. */
export interface CertificateHeader {
  /** In lower case. */
  readonly name: string
  /** The hash alone, as Envoy's own header has it, does not say whose the certificate is. */
  readonly form: Exclude<CertificateForm, 'xfcc'>
}

/** Where the certificates of clients come from (RFC 8705). */
export interface ClientCertificateSettings {
  /** Our own TLS asks for one, whoever has signed it. An application that embeds the server says so of its own. */
  readonly clientCertificates: boolean
  /** PEM: who may have signed the certificate of a client that is known by its name. */
  readonly clientCaFile: string | undefined
  readonly clientCertificateHeader: CertificateHeader | undefined
  /** Header in which the named proxy says `SUCCESS` of a chain that it has checked; `always`: it lets no other through. Undefined: it checks none. */
  readonly clientCertificateVerdict: string | undefined
  /** Under which name certificates are asked for, where that is not the issuer's: browsers ask people who have some (RFC 8705 section 5). */
  readonly mtlsUrl: string | undefined
}

export interface ClientCertificateOptions {
  readonly clientCertificates?: boolean
  readonly clientCaFile?: string
  readonly clientCertificateHeader?: string
  readonly clientCertificateVerdict?: string
  readonly mtlsUrl?: string
}

const fieldName = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/

const certificateHeader: Read<CertificateHeader> = (raw) => {
  const hint = 'Use Client-Cert, or the name of another header and its form, such as ssl-client-cert:pem.'
  const [name = '', form, ...rest] = typeof raw === 'string' ? raw.trim().toLowerCase().split(':') : []
  if (!fieldName.test(name) || rest.length > 0) throw new WrongValue('is no name of a header', hint)
  if (form === 'rfc9440' || (form === undefined && name === 'client-cert')) return Object.freeze({ name, form: 'rfc9440' })
  if (form === 'pem') return Object.freeze({ name, form })
  throw new WrongValue('has no form: rfc9440 or pem', hint)
}

const verdict: Read<string> = (raw) => {
  const name = typeof raw === 'string' ? raw.trim().toLowerCase() : ''
  if (!fieldName.test(name))
    throw new WrongValue('is no name of a header', 'Use the name of a header, such as ssl-client-verify, or always.')
  return name
}

/** One row a setting, as `config.ts` has them. */
export const clientCertificateSettings: {
  readonly clientCertificates: { readonly variable: string; readonly read: Read<boolean> }
  readonly clientCaFile: { readonly variable: string; readonly read: Read<string> }
  readonly clientCertificateHeader: { readonly variable: string; readonly read: Read<CertificateHeader> }
  readonly clientCertificateVerdict: { readonly variable: string; readonly read: Read<string> }
  readonly mtlsUrl: { readonly variable: string; readonly read: Read<string> }
} = {
  clientCertificates: { variable: 'COUNTERSIGN_TLS_CLIENT_CERTIFICATES', read: yesOrNo },
  clientCaFile: { variable: 'COUNTERSIGN_TLS_CLIENT_CA', read: text('Use the path of a PEM file with the certificates of your CA.') },
  clientCertificateHeader: { variable: 'COUNTERSIGN_CLIENT_CERTIFICATE_HEADER', read: certificateHeader },
  clientCertificateVerdict: { variable: 'COUNTERSIGN_CLIENT_CERTIFICATE_VERDICT', read: verdict },
  mtlsUrl: { variable: 'COUNTERSIGN_MTLS_URL', read: issuerUrl },
}

type Given = { readonly [M in keyof ClientCertificateSettings]?: Exclude<ClientCertificateSettings[M], undefined> }

/** Who names a CA wants certificates. */
export const clientCertificateSettingsOf = (given: Given): ClientCertificateSettings => ({
  clientCertificates: given.clientCertificates === true || given.clientCaFile !== undefined,
  clientCaFile: given.clientCaFile,
  clientCertificateHeader: given.clientCertificateHeader,
  clientCertificateVerdict: given.clientCertificateVerdict,
  mtlsUrl: given.mtlsUrl,
})

/** A header that nobody named may send, and a word about certificates that never come. */
export function clientCertificateMistakes(
  given: Given & { readonly trustedProxies?: AddressList; readonly issuer?: string },
  nameOf: (member: keyof Given | 'trustedProxies') => string,
): readonly ConfigMistake[] {
  const { clientCertificateHeader: header, clientCertificateVerdict: word, trustedProxies: proxies } = given
  const mistakes: ConfigMistake[] = []
  if (header !== undefined && proxies === undefined) {
    const hint = `Name the proxy that sends it in ${nameOf('trustedProxies')}: from anybody else it proves nothing.`
    mistakes.push({ name: nameOf('clientCertificateHeader'), problem: 'is believed of nobody', hint })
  }
  if (word !== undefined && (header === undefined || word === header.name)) {
    const hint = `Say in ${nameOf('clientCertificateHeader')} where the certificate itself stands.`
    mistakes.push({ name: nameOf('clientCertificateVerdict'), problem: 'is about no certificate', hint })
  }
  const { mtlsUrl, issuer = 'http://127.0.0.1' } = given
  if (mtlsUrl !== undefined && (!certificateSupport(clientCertificateSettingsOf(given)).arrive || !isAlias(mtlsUrl, issuer))) {
    const hint = 'Use the issuer with another host or port, and say where the certificates of clients come from.'
    mistakes.push({ name: nameOf('mtlsUrl'), problem: 'is no other name of the issuer under which certificates arrive', hint })
  }
  return mistakes
}

/** As safe as the issuer, and with its path: beside the name nothing is different there. */
function isAlias(alias: string, issuer: string): boolean {
  const [one, other] = [new URL(alias), new URL(issuer)]
  return one.host !== other.host && one.protocol === other.protocol && one.pathname === other.pathname
}

export const certificateSupport = (settings: ClientCertificateSettings): CertificateSupport => ({
  arrive: settings.clientCertificates || settings.clientCertificateHeader !== undefined,
  areVerified: settings.clientCaFile !== undefined || settings.clientCertificateVerdict !== undefined,
})
