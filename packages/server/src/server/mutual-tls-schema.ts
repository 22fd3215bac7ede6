import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { type OAuthClient, type SubjectProperty, subjectProperties, type TlsClientAuth } from '../oauth/index.ts'
import type { Shown } from './representation.ts'

const methods = ['tls_client_auth', 'self_signed_tls_client_auth'] as const
const subject = z.string().min(1).max(1024).optional()

/** RFC 8705 section 2, in the names of its client metadata. */
export interface MutualTlsBody extends Partial<Readonly<Record<SubjectProperty, string | undefined>>> {
  readonly token_endpoint_auth_method?: (typeof methods)[number] | undefined
  readonly tls_client_certificate_bound_access_tokens?: boolean | undefined
}

export const mutualTlsBody: { readonly [Member in keyof MutualTlsBody]-?: z.ZodType<MutualTlsBody[Member]> } = {
  token_endpoint_auth_method: z.enum(methods).optional(),
  tls_client_auth_subject_dn: subject,
  tls_client_auth_san_dns: subject,
  tls_client_auth_san_uri: subject,
  tls_client_auth_san_ip: subject,
  tls_client_auth_san_email: subject,
  tls_client_certificate_bound_access_tokens: z.boolean().optional(),
}

export const mutualTlsMembers: Readonly<Record<keyof MutualTlsBody, z.ZodType>> = {
  token_endpoint_auth_method: z.enum(['client_secret_basic', 'private_key_jwt', ...methods, 'none']),
  tls_client_auth_subject_dn: subject,
  tls_client_auth_san_dns: subject,
  tls_client_auth_san_uri: subject,
  tls_client_auth_san_ip: subject,
  tls_client_auth_san_email: subject,
  tls_client_certificate_bound_access_tokens: z.boolean(),
}

export interface MutualTlsRequest {
  readonly tlsAuth: TlsClientAuth | undefined
  readonly requiresCertificate: boolean | undefined
}

/** Whoever names a subject means `tls_client_auth`. @throws {AuthError} `request_invalid`: RFC 8705 section 2.1.2 wants one subject. */
export function mutualTlsOf(body: MutualTlsBody): MutualTlsRequest {
  const named = subjectProperties.filter((property) => body[property] !== undefined)
  const [property, another] = named
  const method = body.token_endpoint_auth_method ?? (property === undefined ? undefined : 'tls_client_auth')
  const requiresCertificate = body.tls_client_certificate_bound_access_tokens
  if (another !== undefined) throw invalid(another, 'is a second subject: a certificate is known by one')
  if (method === 'tls_client_auth') {
    if (property === undefined) throw invalid('token_endpoint_auth_method', 'needs a subject, such as tls_client_auth_san_dns')
    return { tlsAuth: { method, property, value: body[property] ?? '' }, requiresCertificate }
  }
  if (property !== undefined) throw invalid(property, 'is of tls_client_auth')
  return { tlsAuth: method && { method }, requiresCertificate }
}

const invalid = (member: string, problem: string): AuthError => new AuthError('request_invalid', { pointer: `/${member}`, problem })

export const showMutualTls = ({ kind, jwks, tlsAuth, requiresCertificate }: OAuthClient): Shown => ({
  token_endpoint_auth_method:
    tlsAuth?.method ?? (kind !== 'confidential' ? 'none' : jwks === undefined ? 'client_secret_basic' : 'private_key_jwt'),
  ...(tlsAuth?.method === 'tls_client_auth' ? { [tlsAuth.property]: tlsAuth.value } : {}),
  tls_client_certificate_bound_access_tokens: requiresCertificate,
})
