/**
 * What the documents of three large providers look like, where it matters here: facts about their published metadata and tokens, written down
 * with made-up clients and people.
 */
export interface ProviderShape {
  readonly name: string
  /** Where these facts stand, and of when they are: looked up on 22 November 2026, in published copies of the pages. */
  readonly source: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** Whether an account may be made by the address in those claims. */
  readonly vouches: boolean
}

export const shapes: readonly ProviderShape[] = [
  {
    // No `sid`, no `auth_time` unless asked, `hd` for organisations, `email_verified` a boolean.
    name: 'accounts.google.com',
    source:
      'https://accounts.google.com/.well-known/openid-configuration; https://developers.google.com/identity/openid-connect/openid-connect',
    metadata: {
      device_authorization_endpoint: 'https://oauth2.googleapis.com/device/code',
      revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
      response_types_supported: [
        'code',
        'token',
        'id_token',
        'code token',
        'code id_token',
        'token id_token',
        'code token id_token',
        'none',
      ],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'email', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      claims_supported: ['aud', 'email', 'email_verified', 'exp', 'family_name', 'given_name', 'iat', 'iss', 'name', 'picture', 'sub'],
      code_challenge_methods_supported: ['plain', 'S256'],
      authorization_response_iss_parameter_supported: undefined,
    },
    claims: {
      azp: 'countersign-here',
      sub: '110169484474386276334',
      hd: 'example.com',
      email: 'ann@example.com',
      email_verified: true,
      at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
      name: 'Ann Example',
      picture: 'https://lh3.example/a',
      given_name: 'Ann',
      auth_time: undefined,
    },
    vouches: true,
  },
  {
    // A directory of a tenant: says no `email_verified`, names people by `oid` and `preferred_username`, subjects differ from client to client.
    name: 'login.microsoftonline.com/{tenant}/v2.0',
    source:
      'https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration; https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc',
    metadata: {
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      request_uri_parameter_supported: false,
      http_logout_supported: true,
      frontchannel_logout_supported: true,
      tenant_region_scope: 'EU',
      cloud_instance_name: 'microsoftonline.com',
      code_challenge_methods_supported: undefined,
      authorization_response_iss_parameter_supported: undefined,
    },
    claims: {
      sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
      oid: '00000000-0000-0000-66f3-3332eca7ea81',
      tid: '9122040d-6c67-4c5b-b112-36a304b66dad',
      preferred_username: 'ann@example.com',
      email: 'ann@example.com',
      name: 'Ann Example',
      ver: '2.0',
      uti: 'u',
      rh: '0.A',
      auth_time: undefined,
    },
    vouches: false,
  },
  {
    // Writes the truth as a text, tells no name in the token, and has addresses that only forward.
    name: 'appleid.apple.com',
    source: 'https://appleid.apple.com/.well-known/openid-configuration; https://developer.apple.com/documentation/signinwithapplerestapi',
    metadata: {
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'email', 'name'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      claims_supported: ['aud', 'email', 'email_verified', 'exp', 'iat', 'is_private_email', 'iss', 'nonce', 'nonce_supported', 'sub'],
      userinfo_endpoint: undefined,
      code_challenge_methods_supported: undefined,
      authorization_response_iss_parameter_supported: undefined,
    },
    claims: {
      sub: '001473.fe6f6f83bf4b8e4590aacbabdcb8598bd0.2039',
      email: 'dpdcnf87nu@privaterelay.example',
      email_verified: 'true',
      is_private_email: 'true',
      nonce_supported: true,
      c_hash: 'AsV5JWkRdqVYC5LvKNeOWQ',
    },
    vouches: true,
  },
]
