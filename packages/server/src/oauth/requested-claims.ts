/** What the parameter `claims` asks for (OpenID Connect Core section 5.5), of what we have. */

interface ClaimRequest {
  readonly essential?: unknown
  readonly value?: unknown
  readonly values?: unknown
}

type Members = Readonly<Record<string, ClaimRequest | null>>

interface ClaimsRequest {
  readonly userinfo?: Members
  readonly id_token?: Members
}

type Params = Readonly<Record<string, unknown>> | undefined

/** Of an access token: what the userinfo endpoint shows for it beside what its scopes say. */
export const USERINFO_CLAIMS = 'userinfo'

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown): value is string => typeof value === 'string'

/** `checkClaimsParameter` has passed it. */
function claimsOf(params: Params): ClaimsRequest {
  const claims = params?.['claims']
  return isText(claims) ? (JSON.parse(claims) as ClaimsRequest) : {}
}

/**
 * How strong the sign-in must be: of each list one name. `acr_values` counts as necessary (RFC 9470 section 5), and of `claims` what is essential.
 * What must be said in the ID token comes last.
 */
export function wantedContexts(params: Params): ReadonlyArray<readonly string[]> {
  const wanted: (readonly string[])[] = []
  const names = params?.['acr_values']
  if (isText(names) && names.trim() !== '') wanted.push(names.trim().split(/ +/))
  const acr = claimsOf(params).id_token?.['acr']
  if (acr?.essential === true && acr.value !== undefined) wanted.push([acr.value].filter(isText))
  if (acr?.essential === true && Array.isArray(acr.values)) wanted.push(acr.values.filter(isText))
  return wanted
}

/** Whom it must be about: by `value` of `sub`, and by the hint, which the library has verified before anybody was asked. */
export function subjectsAskedFor(params: Params): readonly unknown[] {
  const { userinfo, id_token: idToken } = claimsOf(params)
  const byValue = [userinfo?.['sub'], idToken?.['sub']].flatMap((asked) => (asked?.value === undefined ? [] : [asked.value]))
  const hint = params?.['id_token_hint']
  return isText(hint) ? [...byValue, subjectOf(hint)] : byValue
}

function subjectOf(idToken: string): unknown {
  const claims: unknown = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())
  return isObject(claims) ? claims['sub'] : undefined
}

/** Single claims, wherever they are asked for. */
export function claimsAskedFor(params: Params): readonly string[] {
  const { userinfo = {}, id_token: idToken = {} } = claimsOf(params)
  return [...new Set([...Object.keys(userinfo), ...Object.keys(idToken)])]
}

/** Which scope gives the same, in words that people know. */
const scopeOf: Readonly<Record<string, string>> = { name: 'profile', updated_at: 'profile', email: 'email', email_verified: 'email' }

/** What people are told when an application asks for single claims. */
export const scopesOfClaims = (claims: readonly string[]): readonly string[] => [
  ...new Set(claims.flatMap((claim) => (Object.hasOwn(scopeOf, claim) ? [scopeOf[claim] ?? claim] : []))),
]

/** What the userinfo endpoint may add for one access token: what was asked for there, and allowed. Undefined for nothing. */
export function userinfoClaims(asked: unknown, allowed: readonly string[]): readonly string[] | undefined {
  const members = isObject(asked) && isObject(asked['userinfo']) ? Object.keys(asked['userinfo']) : []
  const given = members.filter((claim) => Object.hasOwn(scopeOf, claim) && allowed.includes(claim))
  return given.length === 0 ? undefined : given
}
