import { send } from './request.ts'

/** Whose tokens are taken for which service. It never changes. */
export interface TrustRule {
  readonly id: string
  readonly name: string
  readonly issuer: string
  /** Its keys were given with it; otherwise the issuer publishes them. */
  readonly has_keys: boolean
  /** Null: our issuer, or the URL of our token endpoint. */
  readonly assertion_audience: string | null
  readonly subject: string
  readonly claims: Readonly<Record<string, string | number | boolean>>
  readonly assertion_seconds: number
  readonly reusable: boolean
  readonly service: string
  readonly scopes: readonly string[]
  /** Empty: for the server's own audience. */
  readonly audience: readonly string[]
  readonly token_seconds: number
  readonly created_at: string
}

/** What one rule makes of a token. */
export interface RuleFinding {
  readonly rule: string
  readonly name: string
  readonly service: string
  readonly accepts: boolean
  /** The claim that does not fit, or what is wrong with the signature. */
  readonly problem: string | null
}

const PATH = '/v1/trust-rules'

export const listTrustRules = async (signal: AbortSignal): Promise<readonly TrustRule[]> =>
  (await send<{ trust_rules: readonly TrustRule[] }>('GET', PATH, { signal })).trust_rules

export const createTrustRule = (body: Readonly<Record<string, unknown>>): Promise<TrustRule> => send<TrustRule>('POST', PATH, { body })

export const removeTrustRule = (id: string): Promise<void> => send<void>('DELETE', `${PATH}/${encodeURIComponent(id)}`)

/** The token is not used up. None: no rule is about its issuer. */
export const testTrustRules = async (assertion: string): Promise<readonly RuleFinding[]> =>
  (await send<{ findings: readonly RuleFinding[] }>('POST', `${PATH}/test`, { body: { assertion } })).findings
