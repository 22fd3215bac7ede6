import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { misuse } from '../failure.ts'
import { several } from './option.ts'

/** How a client proves itself by a certificate (RFC 8705), as it is said on the command line. */
export interface MutualTlsOptions {
  readonly mtlsSubjectDn?: string
  readonly mtlsSanDns?: string
  readonly mtlsSanUri?: string
  readonly mtlsSanIp?: string
  readonly mtlsSanEmail?: string
  readonly mtlsSelfSigned: readonly string[]
  readonly mtlsBound?: boolean
}

export const withMutualTls = (command: Command): Command =>
  command
    .option('--mtls-san-dns <name>', 'proves itself by a certificate of your CA with this name of a host')
    .option('--mtls-subject-dn <dn>', 'the same, with this subject (RFC 4514)')
    .option('--mtls-san-uri <uri>', 'the same, with this URI')
    .option('--mtls-san-ip <address>', 'the same, with this IP address')
    .option('--mtls-san-email <address>', 'the same, with this e-mail address')
    .option('--mtls-self-signed <file>', 'proves itself by this very certificate (PEM), whoever signed it; may be repeated', several, [])
    .option('--mtls-bound', 'its tokens are bound to its certificate; they are anyway when it proves itself by one')

/** The members of the request, by the names of RFC 8705. @throws {Failure} when the options contradict each other. */
export function mutualTlsBody(options: MutualTlsOptions): Readonly<Record<string, unknown>> {
  const subjects = {
    tls_client_auth_subject_dn: options.mtlsSubjectDn,
    tls_client_auth_san_dns: options.mtlsSanDns,
    tls_client_auth_san_uri: options.mtlsSanUri,
    tls_client_auth_san_ip: options.mtlsSanIp,
    tls_client_auth_san_email: options.mtlsSanEmail,
  }
  const named = Object.entries(subjects).filter(([, value]) => value !== undefined)
  const isSelfSigned = options.mtlsSelfSigned.length > 0
  if (named.length + (isSelfSigned ? 1 : 0) > 1)
    throw misuse('A client is known by one thing: give one of the --mtls-… options that name it.')
  return {
    ...Object.fromEntries(named),
    ...(named.length > 0 ? { token_endpoint_auth_method: 'tls_client_auth' } : {}),
    ...(isSelfSigned
      ? { token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: options.mtlsSelfSigned.map(certifiedKey) } }
      : {}),
    ...(options.mtlsBound === true ? { tls_client_certificate_bound_access_tokens: true } : {}),
  }
}

/** The key of a certificate, with the certificate (RFC 7517 section 4.7). @throws {Failure} that names the file, and never its content. */
export function certifiedKey(file: string): Readonly<Record<string, unknown>> {
  try {
    const certificate = new X509Certificate(readFileSync(file))
    return { ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] }
  } catch {
    throw misuse(`${file} holds no PEM certificate that can be read.`)
  }
}
