import { AuthError } from 'countersign/core'
import * as z from 'zod'
import type { ClientMetadata } from '../oauth/index.ts'
import { InvalidRequest, parseWith } from './field-error.ts'

export interface RegistrationBody extends ClientMetadata {
  /** Who changes itself names itself, and may show its secret (RFC 7592 section 2.2). */
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
}

const uri = z.string().max(2048)
const uris = z.array(uri).max(20)
const word = z.string().max(128)

/** Of the members that mean something here. Others are passed over (RFC 7591 section 2), and the answer says what was registered. */
const body: z.ZodType<RegistrationBody> = z.object({
  redirect_uris: uris.optional(),
  token_endpoint_auth_method: word.optional(),
  grant_types: z.array(word).max(10).optional(),
  response_types: z.array(word).max(10).optional(),
  application_type: word.optional(),
  client_name: z.string().max(100).optional(),
  client_uri: uri.optional(),
  logo_uri: uri.optional(),
  policy_uri: uri.optional(),
  tos_uri: uri.optional(),
  contacts: z.array(z.string().max(254)).max(10).optional(),
  scope: z.string().max(8192).optional(),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(10) }).optional(),
  jwks_uri: uri.optional(),
  post_logout_redirect_uris: uris.optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
  require_pushed_authorization_requests: z.boolean().optional(),
  require_signed_request_object: z.boolean().optional(),
  tls_client_certificate_bound_access_tokens: z.boolean().optional(),
  backchannel_logout_uri: uri.optional(),
  backchannel_logout_session_required: z.boolean().optional(),
  subject_type: word.optional(),
  id_token_signed_response_alg: word.optional(),
  software_statement: z.string().optional(),
  client_id: word.optional(),
  client_secret: z.string().max(256).optional(),
})

/** What the server says of a client, and nobody says to it (RFC 7592 section 2.2). */
const ours = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at']

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })

/** What a client says of itself; what is null or empty is left out. @throws {AuthError} `request_invalid`, with the first member that is wrong. */
export function requireAcceptable(value: unknown): RegistrationBody {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('', 'it must be a JSON object')
  const given = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null && member !== ''))
  const forbidden = ours.find((member) => Object.hasOwn(given, member))
  if (forbidden !== undefined) throw invalid(`/${forbidden}`, 'is not for a client to say')
  try {
    return parseWith(body, given)
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error
    const [first] = error.errors
    throw invalid(first?.pointer ?? '', first?.detail ?? 'is not valid')
  }
}
