import { AuthError, newId, type Platform, toEpochSeconds } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import type { AccessTokenClaims, VerifiedJws } from 'countersign/token'
import type { AccessTokenIssuer, IssuedAccessToken } from '../access-token-issuer.ts'
import { type Assertion, AssertionMismatch, claimedIssuer, requireAssertion } from './assertion.ts'
import type { AssertionKeys } from './assertion-keys.ts'
import type { TrustRule } from './trust-rule.ts'
import type { TrustRuleStore } from './trust-rule-store.ts'

export interface WorkloadTokensOptions {
  readonly issuer: string
  /** Of tokens whose rule names none. */
  readonly audience: string
  /** What `aud` of an assertion may be where its rule does not say. */
  readonly assertionAudience: readonly string[]
  readonly store: TrustRuleStore
  readonly keys: Pick<AssertionKeys, 'verify'>
  /** Shared by all servers. */
  readonly replay: ReplayStore
  readonly tokens: Pick<AccessTokenIssuer, 'issueForWorkload'>
  readonly platform: Pick<Platform, 'clock' | 'random'>
}

export interface WorkloadTokenRequest {
  readonly assertion: string
  /** As whom: a service or a rule, by its id. Needed where several rules accept the assertion. */
  readonly client: string | undefined
  readonly scope: readonly string[] | undefined
  readonly audience: string | undefined
  /** The key that the new token is to be bound to, by its thumbprint (RFC 9449). Asked once the assertion is accepted: the proof is used up by it. */
  readonly provenKey: () => Promise<string | undefined>
}

export interface WorkloadToken extends IssuedAccessToken {
  readonly rule: TrustRule
  readonly assertion: Assertion
  readonly jti: string
  readonly scope: readonly string[]
  readonly audience: string
  readonly dpopKey: string | undefined
}

/** What one rule makes of an assertion. `problem`: undefined when it accepts it. */
export interface RuleFinding {
  readonly rule: TrustRule
  readonly problem: string | undefined
}

/** What is wrong with a request, in the words of RFC 6749 section 5.2 and RFC 8707 section 2. The details are for the log alone. */
export class AssertionRefused extends AuthError {
  readonly error: 'invalid_grant' | 'invalid_scope' | 'invalid_target'

  constructor(error: AssertionRefused['error'], detail: Readonly<Record<string, string>>) {
    super('request_invalid', { ...detail, error })
    this.error = error
  }
}

/** `isOutage`: what is wrong is not the assertion's fault. */
type Verdict = { readonly rule: TrustRule } & ({ readonly assertion: Assertion } | { readonly problem: string; readonly isOutage: boolean })

const REPLAY_SCOPE = 'workload-assertion'

/**
 * Access tokens for workloads that have a token of somebody else's: a job of a CI, a pod of a cluster (RFC 7523 section 2.1). By what its rule says the
 * workload acts as one of our services. The new token lives no longer than what it was got for, and ends with the rule, and with the service.
 */
export class WorkloadTokens {
  readonly #options: WorkloadTokensOptions

  constructor(options: WorkloadTokensOptions) {
    this.#options = options
  }

  /** @throws {AssertionRefused}; {AuthError} `provider_unavailable` where the issuer's keys cannot be had; as `provenKey`. */
  async exchange(request: WorkloadTokenRequest): Promise<WorkloadToken> {
    const { rule, assertion } = await this.#accepted(request)
    const scope = [...new Set(request.scope ?? rule.scopes)]
    if (!scope.every((name) => rule.scopes.includes(name))) throw new AssertionRefused('invalid_scope', { rule: rule.id })
    const known = rule.audience.length === 0 ? [this.#options.audience] : rule.audience
    const audience = request.audience ?? known[0] ?? this.#options.audience
    if (!known.includes(audience)) throw new AssertionRefused('invalid_target', { rule: rule.id })
    // Nothing is noted for a stranger: whatever writes comes behind what somebody else has signed.
    const dpopKey = await request.provenKey()
    await this.#claim(rule, assertion)
    const claims = await this.#claims({ rule, assertion, scope, audience, dpopKey })
    return { ...(await this.#options.tokens.issueForWorkload(claims)), rule, assertion, jti: claims.jti, scope, audience, dpopKey }
  }

  /** What each rule of its issuer makes of an assertion, which is not used up by that. Verifies it first. */
  async examine(compact: string): Promise<readonly RuleFinding[]> {
    return (await this.#verdicts(compact)).map((verdict) => ({
      rule: verdict.rule,
      problem: 'problem' in verdict ? verdict.problem : undefined,
    }))
  }

  async #accepted({
    assertion: compact,
    client,
  }: WorkloadTokenRequest): Promise<{ readonly rule: TrustRule; readonly assertion: Assertion }> {
    const all = await this.#verdicts(compact)
    const asked = all.filter(({ rule }) => client === undefined || client === rule.id || client === rule.service)
    const [first, ...others] = asked.filter((verdict) => 'assertion' in verdict)
    if (first !== undefined && others.length === 0) return first
    if (first !== undefined) throw new AssertionRefused('invalid_grant', { reason: 'several_rules', rule: first.rule.id })
    const problems = asked.flatMap((verdict) => ('problem' in verdict ? [`${verdict.rule.id} ${verdict.problem}`] : []))
    const reason = all.length === 0 ? 'no_rule_of_issuer' : asked.length === 0 ? 'no_rule_of_client' : 'no_rule_accepts'
    if (asked.some((verdict) => 'problem' in verdict && verdict.isOutage))
      throw new AuthError('provider_unavailable', { reason, problems: problems.join(', ') })
    throw new AssertionRefused('invalid_grant', { reason, problems: problems.join(', ') })
  }

  /** Nothing is asked of anybody, and nothing computed, for an issuer that no rule names. */
  async #verdicts(compact: string): Promise<readonly Verdict[]> {
    const { store, keys, platform, assertionAudience: audience } = this.#options
    const issuer = claimedIssuer(compact)
    if (issuer === undefined) return []
    const verified = new Map<string, Promise<VerifiedJws>>()
    /** Once for each set of keys, however many rules name it. */
    const verify = (rule: TrustRule): Promise<VerifiedJws> => {
      const source = JSON.stringify(rule.jwks ?? null)
      const known = verified.get(source) ?? keys.verify(compact, rule)
      verified.set(source, known)
      return known
    }
    const verdicts: Verdict[] = []
    for (const rule of await store.ofIssuer(issuer)) {
      try {
        const now = toEpochSeconds(platform.clock.now())
        verdicts.push({ rule, assertion: requireAssertion({ compact, ...(await verify(rule)) }, rule, { now, audience }) })
      } catch (error) {
        verdicts.push({ rule, ...problemOf(error) })
      }
    }
    return verdicts
  }

  /** Last, so that nothing else can use it up. */
  async #claim(rule: TrustRule, { id, expiresAt }: Assertion): Promise<void> {
    if (rule.reusable) return
    if (await this.#options.replay.claim(REPLAY_SCOPE, id, (expiresAt + 1) * 1000)) return
    throw new AssertionRefused('invalid_grant', { reason: 'used_before', rule: rule.id })
  }

  async #claims({ rule, assertion, scope, audience, dpopKey }: Wish): Promise<AccessTokenClaims> {
    const { issuer, store, platform } = this.#options
    const iat = toEpochSeconds(platform.clock.now())
    const exp = Math.min(iat + rule.tokenSeconds, assertion.expiresAt)
    const rev = exp > iat ? await store.issue(rule.id) : 'refused'
    if (rev === 'refused') throw new AssertionRefused('invalid_grant', { reason: 'ended', rule: rule.id })
    return {
      iss: issuer,
      // RFC 9068 section 2.2: whoever acts for itself is its own subject.
      sub: rule.service,
      aud: audience,
      client_id: rule.service,
      iat,
      exp,
      jti: newId('jti', platform.random),
      rev,
      // So it ends with its rule, and when the key of the other issuer is revoked.
      origin: [{ jti: assertion.id, client_id: rule.id, kid: assertion.keyId }],
      ...(scope.length === 0 ? {} : { scope: scope.join(' ') }),
      ...(dpopKey === undefined ? {} : { cnf: { jkt: dpopKey } }),
    }
  }
}

interface Wish {
  readonly rule: TrustRule
  readonly assertion: Assertion
  readonly scope: readonly string[]
  readonly audience: string
  readonly dpopKey: string | undefined
}

function problemOf(error: unknown): { readonly problem: string; readonly isOutage: boolean } {
  if (error instanceof AssertionMismatch) return { problem: error.problem, isOutage: false }
  const isOutage = error instanceof AuthError && error.code === 'provider_unavailable'
  if (isOutage) return { problem: `keys unavailable: ${error.detail['reason']}`, isOutage }
  throw error
}
