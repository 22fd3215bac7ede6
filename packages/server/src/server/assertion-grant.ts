import { AuthError, type RefusalDetail } from 'countersign/core'
import { DpopError } from 'countersign/token'
import * as z from 'zod'
import type { OAuthRequest } from '../oauth/index.ts'
import { AssertionRefused, type WorkloadToken } from '../session/workload/index.ts'
import { json } from './answer.ts'
import { parseWith } from './field-error.ts'
import { retryAfterOf } from './problem-response.ts'
import { isForm, parseForm } from './request-body.ts'
import type { Services } from './services.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
/** What an assertion is called by RFC 8693 section 3: both are the same to us. */
const subjectTypes = ['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:id_token'] as const

/** RFC 7523 section 2.1, and RFC 8693 for a token of somebody else's. */
export const assertionGrants: readonly string[] = [JWT_BEARER, TOKEN_EXCHANGE]

const name = z.string().max(512)
const assertion = z.string().max(16_384)
/** RFC 6749 section 3.3. */
const scope = z
  .string()
  .max(2048)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/)

const wish = { client_id: name.optional(), scope: scope.optional(), resource: name.optional(), audience: name.optional() }
const bearer = z.object({ ...wish, assertion })
const exchange = z.object({
  ...wish,
  subject_token: assertion,
  subject_token_type: z.enum(subjectTypes),
  requested_token_type: z.literal(ACCESS_TOKEN).optional(),
  // Nobody acts for a workload.
  actor_token: z.never().optional(),
})

/** With which a client would prove who it is. Passed over, they would seem to have been looked at. */
const credentials: readonly string[] = ['client_secret', 'client_assertion', 'client_assertion_type']

type ErrorCode =
  | AssertionRefused['error']
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'temporarily_unavailable'

/** For whoever asks; why, stands in the log alone. */
const sentences: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'the request is not of the form that this grant wants',
  invalid_client: 'this grant takes no client credentials: the assertion is the proof',
  invalid_grant: 'the assertion is not accepted; the log of the server says why',
  invalid_scope: 'more than what the assertion may bring',
  invalid_target: 'not an audience that the assertion may bring a token for',
  invalid_dpop_proof: 'the proof of possession is not accepted',
  use_dpop_nonce: 'the proof of possession must hold a nonce of this server',
  temporarily_unavailable: 'the keys of the issuer cannot be had just now',
}

/** What the token endpoint is asked for; empty where that is not said. */
export function grantTypeOf({ method, headers, body }: OAuthRequest): string {
  if (method !== 'POST' || !isForm({ headers })) return ''
  // As `parseForm` reads it: with a mark of byte order before it, it is no parameter of that name.
  const form = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body)
  // It nearly always comes first, and then nothing has to be decoded.
  const [, first] = /^grant_type=([\w-]+)(?:&|$)/.exec(form) ?? []
  return first ?? new URLSearchParams(form).get('grant_type') ?? ''
}

/**
 * Answers it, refusals as RFC 6749 section 5.2 has them.
 *
 * @throws {AuthError} for what is no word about the request: `unavailable`.
 */
export async function answerAssertion({ headers, body }: OAuthRequest, request: Request, services: Services): Promise<Response> {
  try {
    return await issued({ headers, body }, request, services)
  } catch (error) {
    const code = errorCodeOf(error)
    if (code === undefined) throw error
    services.log.info({ event: 'assertion_refused', error: code, detail: detailOf(error) }, 'a workload was refused')
    return refusal(code, error, services)
  }
}

async function issued({ headers, body }: Pick<OAuthRequest, 'headers' | 'body'>, request: Request, services: Services): Promise<Response> {
  const form = parseForm(body)
  if (headers.has('authorization') || credentials.some((member) => form[member] !== undefined)) throw new ClientCredentials()
  const asked = wishOf(form)
  const { client_id: client, scope: scopes } = asked
  const provenKey = () => services.proofs.keyOf(request)
  const token = await services.workloadTokens.exchange({ ...asked, client, scope: scopes?.split(' '), provenKey })
  note(token, services)
  return json(
    200,
    {
      access_token: token.accessToken,
      ...(form['grant_type'] === TOKEN_EXCHANGE ? { issued_token_type: ACCESS_TOKEN } : {}),
      token_type: token.dpopKey === undefined ? 'Bearer' : 'DPoP',
      expires_in: token.expiresInSeconds,
      ...(token.scope.length === 0 ? {} : { scope: token.scope.join(' ') }),
    },
    { 'cache-control': 'no-store' },
  )
}

/** @throws {InvalidRequest}; {AssertionRefused} where two names of one thing differ. */
function wishOf(form: Readonly<Record<string, string>>) {
  const { client_id, scope, audience, resource, ...shown } =
    form['grant_type'] === TOKEN_EXCHANGE ? parseWith(exchange, form) : parseWith(bearer, form)
  if (audience !== undefined && resource !== undefined && audience !== resource) throw new AssertionRefused('invalid_target', {})
  return { client_id, scope, audience: audience ?? resource, assertion: 'assertion' in shown ? shown.assertion : shown.subject_token }
}

/** Which of their jobs or pods it was is what people look for afterwards. */
function note({ rule, assertion, jti, scope, audience }: WorkloadToken, { log }: Services): void {
  const { id, service, issuer } = rule
  log.info(
    { event: 'assertion_accepted', rule: id, service, issuer, subject: assertion.subject, jti, scope, audience },
    'a workload got a token',
  )
}

/** A client that proves itself beside the assertion: nothing here would hold that against the rule. */
class ClientCredentials extends Error {}

function errorCodeOf(error: unknown): ErrorCode | undefined {
  if (error instanceof AssertionRefused) return error.error
  if (error instanceof ClientCredentials) return 'invalid_client'
  if (error instanceof DpopError) return error.code === 'proof_nonce_required' ? 'use_dpop_nonce' : 'invalid_dpop_proof'
  if (!(error instanceof AuthError)) return undefined
  if (error.code === 'request_invalid') return 'invalid_request'
  return error.code === 'provider_unavailable' ? 'temporarily_unavailable' : undefined
}

const detailOf = (error: unknown): RefusalDetail => (error instanceof AuthError ? error.detail : {})

function refusal(code: ErrorCode, error: unknown, { proofs, config }: Services): Response {
  const status = code === 'invalid_client' ? 401 : code === 'temporarily_unavailable' ? 503 : 400
  const retryAfter = error instanceof AuthError ? retryAfterOf(error) : undefined
  const nonce = error instanceof DpopError ? proofs.nonce : undefined
  return json(
    status,
    { error: code, error_description: sentences[code] },
    {
      'cache-control': 'no-store',
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      ...(nonce === undefined ? {} : { 'dpop-nonce': nonce }),
      // RFC 6749 section 5.2: to whoever has used the header.
      ...(status === 401 ? { 'www-authenticate': `Basic realm="${config.issuer}"` } : {}),
    },
  )
}
