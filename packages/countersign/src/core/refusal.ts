export interface RefusalRow {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 410 | 413 | 415 | 429 | 431 | 500 | 502 | 503 | 504
  /** The one sentence that a stranger may read. */
  readonly public: string
  /** RFC 6750 section 3.1 error code for the Bearer challenge, RFC 9449 section 7.1 for that of DPoP; absent where no challenge names an error. */
  readonly challenge?:
    | 'invalid_request'
    | 'invalid_token'
    | 'insufficient_scope'
    | 'insufficient_user_authentication'
    | 'invalid_dpop_proof'
    | 'use_dpop_nonce'
}

/**
 * Every refusal that a caller can see: code, status, public sentence, challenge. Adding a row is the whole change;
 * `doc/refusals.md` lists the same rows and `npm run check` compares them.
 */
export const refusals = {
  credential_missing: { status: 401, public: 'Authentication is required.' },
  credential_malformed: { status: 401, public: 'The credential is malformed.', challenge: 'invalid_request' },
  token_expired: { status: 401, public: 'The access token has expired. Refresh the session.', challenge: 'invalid_token' },
  token_revoked: {
    status: 401,
    public: 'The access token is no longer valid. Refresh the session or sign in again.',
    challenge: 'invalid_token',
  },
  token_invalid: { status: 401, public: 'The access token is not valid.', challenge: 'invalid_token' },
  signature_invalid: { status: 401, public: 'The signature of the request is not valid.' },
  signature_incomplete: { status: 401, public: 'The signature does not cover all that this request needs.' },
  digest_mismatch: { status: 401, public: 'The body is not the one that was signed.' },
  request_expired: { status: 401, public: 'The request was not signed in time. See server_time, set the clock, and sign it again.' },
  request_replayed: { status: 401, public: 'The request was received before. Sign a new one.' },
  address_not_allowed: { status: 401, public: 'The credential may not be used from this network address.' },
  proof_invalid: {
    status: 401,
    public: 'The proof of possession is missing, or not one for this request.',
    challenge: 'invalid_dpop_proof',
  },
  proof_nonce_required: {
    status: 401,
    public: 'The proof of possession needs the nonce that stands in DPoP-Nonce. Make a new proof with it.',
    challenge: 'use_dpop_nonce',
  },
  scope_insufficient: {
    status: 403,
    public: 'The credential does not have the scope that this request needs.',
    challenge: 'insufficient_scope',
  },
  role_insufficient: { status: 403, public: 'The credential does not have the role that this request needs.' },
  not_allowed: { status: 403, public: 'The caller may not do this.' },
  step_up_required: {
    status: 401,
    public: 'This request needs a more recent, or a stronger, sign-in.',
    challenge: 'insufficient_user_authentication',
  },
  factor_enrolment_required: { status: 403, public: 'This account needs a second factor first. Set one up, and show it.' },
  factor_required: { status: 401, public: 'A second factor is required.' },
  credentials_invalid: { status: 401, public: 'The e-mail address, the password or the code is not right.' },
  link_invalid: { status: 401, public: 'The link or the code is not right, was used, or is no longer good. Ask for a new one.' },
  callback_invalid: {
    status: 400,
    public: 'The answer does not belong to something that was begun in this browser, came too late, or came before. Begin again.',
  },
  federation_failed: { status: 401, public: 'The sign-in with the other provider was not completed.' },
  identity_unknown: { status: 403, public: 'No account is connected to this identity.' },
  access_key_invalid: { status: 401, public: 'The access key or its secret is not right.' },
  api_key_invalid: { status: 401, public: 'The API key is not valid.', challenge: 'invalid_token' },
  session_required: { status: 403, public: 'This needs a sign-in; an access key, or what was exchanged for one, is not enough.' },
  csrf_refused: {
    status: 403,
    public:
      'The request does not prove that a page of this service has made it. Send the CSRF token in X-CSRF-Token, from an origin that is allowed.',
  },
  cookie_too_large: {
    status: 409,
    public: 'The access token of this account does not fit in a cookie. Give it fewer roles, groups or scopes, or sign in without cookies.',
  },
  refresh_invalid: { status: 401, public: 'The refresh token is not valid. Sign in again.' },
  refresh_reused: { status: 401, public: 'The refresh token was used before. The session has been ended. Sign in again.' },
  revocation_unknown: { status: 503, public: 'It cannot be known at the moment whether this credential was revoked. Try again shortly.' },
  overloaded: { status: 503, public: 'The service is busy. Try again shortly.' },
  provider_unavailable: { status: 503, public: 'The other provider does not answer. Try again shortly.' },
  mail_unavailable: { status: 503, public: 'This server sends no mail, which this needs.' },
  unavailable: { status: 503, public: 'The service cannot store changes at the moment. Nothing was changed. Try again shortly.' },
  request_invalid: { status: 400, public: 'The request is not valid.' },
  content_type_unsupported: { status: 415, public: 'The request body is of a type that this address does not accept.' },
  encryption_required: { status: 400, public: 'This address takes and gives encrypted bodies only.' },
  encryption_invalid: { status: 400, public: 'The encrypted body cannot be read. Fetch the keys again and encrypt it to the first.' },
  content_too_large: { status: 413, public: 'The request body is too large.' },
  insecure_transport: { status: 400, public: 'Credentials are only accepted over HTTPS.' },
  not_found: { status: 404, public: 'There is nothing here.' },
  method_not_allowed: { status: 405, public: 'This address does not answer to that method. See the Allow header.' },
  position_forgotten: { status: 410, public: 'The log no longer reaches back to this position. Load the snapshot.' },
  headers_too_large: { status: 431, public: 'The request line or the headers are too large.' },
  request_timeout: { status: 408, public: 'The request took too long to arrive.' },
  conflict: { status: 409, public: 'The request conflicts with the current state.' },
  identity_taken: { status: 409, public: 'This identity is connected to an account already.' },
  last_way_in: { status: 409, public: 'Nothing else would be left to sign in with. Set a password or add a passkey first.' },
  role_configured: { status: 409, public: 'This role is given by the configuration of the server. Change it there.' },
  email_taken: { status: 409, public: 'An account with this e-mail address exists already.' },
  rate_limited: { status: 429, public: 'Too many requests. Try again later.' },
  upstream_unreachable: { status: 502, public: 'The service behind this one does not answer.' },
  upstream_timeout: { status: 504, public: 'The service behind this one is too slow.' },
  internal: { status: 500, public: 'Something went wrong on our side. The request id helps us to find it.' },
} as const

export type RefusalCode = keyof typeof refusals

/** The row of a code. That every row of the table has this shape is checked here. */
export const refusalRow = (code: RefusalCode): RefusalRow => refusals[code]

/** Facts for the log: ids and numbers. Never a token, key, signature or password. */
export type RefusalDetail = Readonly<Record<string, string | number | boolean>>

/** Thrown to refuse. `code` decides status and public sentence; `detail` goes to the log only. */
export class AuthError extends Error {
  readonly code: RefusalCode
  readonly detail: RefusalDetail

  constructor(code: RefusalCode, detail: RefusalDetail = {}, options?: ErrorOptions) {
    super(code, options)
    this.name = 'AuthError'
    this.code = code
    this.detail = detail
  }
}
