import { AuthError, newId, type Platform } from 'countersign/core'
import { parseJwks, publicJwk } from 'countersign/key'
import { actOn } from '../../audit/index.ts'
import { requireConditions } from './claim-condition.ts'
import { requireSubjectPattern } from './subject-pattern.ts'
import type { TrustRule } from './trust-rule.ts'
import type { TrustRuleStore } from './trust-rule-store.ts'

/** What an operator says; the rest is as safe as it can be. */
export type TrustRuleRequest = Pick<TrustRule, 'name' | 'issuer' | 'subject' | 'service'> &
  Partial<
    Pick<TrustRule, 'jwks' | 'assertionAudience' | 'claims' | 'assertionSeconds' | 'reusable' | 'scopes' | 'audience' | 'tokenSeconds'>
  >

export interface TrustRulesOptions {
  readonly store: TrustRuleStore
  /** Our own URL. */
  readonly issuer: string
  /** Whether an address may be called, as far as that is known before it is. */
  readonly mayCall: (url: string) => boolean
  readonly platform: Pick<Platform, 'clock' | 'random'>
}

const HOUR = 3600
const MAXIMUM_NAME = 100
const MAXIMUM_TEXT = 512
const MAXIMUM_SCOPES = 100
const MAXIMUM_AUDIENCES = 20
/** An assertion is held against each of them. */
const MAXIMUM_RULES = 100
const DEFAULT_TOKEN_SECONDS = 900
/** No access token lives longer, whatever it is issued for. */
export const LONGEST_TOKEN_SECONDS: number = HOUR
export const LONGEST_ASSERTION_SECONDS: number = 24 * HOUR
/** RFC 6749 section 3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/
const printable = /^[\x21-\x7e]{1,512}$/

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })

/** Whose assertions are taken for which service. */
export class TrustRules {
  readonly #options: TrustRulesOptions

  constructor(options: TrustRulesOptions) {
    this.#options = options
  }

  /** @throws {AuthError} `request_invalid` for what would not be safe, or not work; `conflict` where an issuer has too many. */
  async create(request: TrustRuleRequest): Promise<TrustRule> {
    const { store, platform } = this.#options
    const { subject, claims = {}, service, jwks, assertionAudience } = request
    this.#requireIssuer(request.issuer, jwks !== undefined)
    requireSubjectPattern(subject)
    requireConditions(claims)
    if (assertionAudience !== undefined && !printable.test(assertionAudience))
      throw invalid('/assertion_audience', 'must be a name or a URL')
    const rule: TrustRule = {
      id: newId('tru', platform.random),
      name: checkedName(request.name),
      issuer: request.issuer,
      jwks: checkedKeys(jwks),
      assertionAudience,
      subject,
      claims,
      assertionSeconds: seconds(request.assertionSeconds ?? HOUR, LONGEST_ASSERTION_SECONDS, '/assertion_seconds'),
      reusable: request.reusable ?? false,
      service,
      scopes: checkedScopes(request.scopes ?? []),
      audience: checkedAudience(request.audience ?? []),
      tokenSeconds: seconds(request.tokenSeconds ?? DEFAULT_TOKEN_SECONDS, LONGEST_TOKEN_SECONDS, '/token_seconds'),
      createdAt: platform.clock.now(),
    }
    actOn('trust_rule', rule.id)
    const outcome = await store.add(rule, MAXIMUM_RULES)
    if (outcome === 'no_service') throw invalid('/service', 'must be a service that there is')
    if (outcome === 'full') throw new AuthError('conflict', { issuer: rule.issuer, reason: 'too_many_rules' })
    return rule
  }

  /** By the time they were made. */
  list(): Promise<readonly TrustRule[]> {
    return this.#options.store.list()
  }

  /** What was issued by it dies. @throws {AuthError} `not_found`. */
  async remove(id: string): Promise<void> {
    const { store, platform } = this.#options
    if (!(await store.remove(id, platform.clock.now()))) throw new AuthError('not_found', { rule: id })
  }

  #requireIssuer(issuer: string, hasKeys: boolean): void {
    if (!printable.test(issuer)) throw invalid('/issuer', `must have 1 to ${MAXIMUM_TEXT} characters`)
    // What we have issued ourselves is presented as what it is.
    if (issuer === this.#options.issuer) throw invalid('/issuer', 'must be another than ours')
    if (hasKeys) return
    if (/[?#]/.test(issuer)) throw invalid('/issuer', 'must be a URL without query and fragment')
    if (!this.#options.mayCall(issuer))
      throw invalid('/issuer', 'must be the URL of a server that may be called; of one that cannot be reached, give its keys (jwks)')
  }
}

function checkedName(name: string): string {
  const trimmed = name.trim()
  const bad = trimmed === '' || trimmed.length > MAXIMUM_NAME || !trimmed.isWellFormed() || /\p{Cc}/u.test(trimmed)
  if (bad) throw invalid('/name', `must have 1 to ${MAXIMUM_NAME} printable characters`)
  return trimmed
}

/** Those that can be used, and of them what is public: a private key that somebody pastes is not kept. */
function checkedKeys(jwks: TrustRule['jwks']): TrustRule['jwks'] {
  if (jwks === undefined) return undefined
  const keys = jwks.keys.flatMap((key) => usable(key))
  if (keys.length > 0 && isKeySet({ keys })) return { keys }
  throw invalid('/jwks', 'must hold public keys for signatures (RS256, PS256, ES256 or EdDSA), each with a kid of its own')
}

function usable(key: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  return isKeySet({ keys: [key] }) ? [{ ...publicJwk(key) }] : []
}

function isKeySet(document: unknown): boolean {
  try {
    return parseJwks(document).size > 0
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function checkedScopes(scopes: readonly string[]): readonly string[] {
  const bad = scopes.length > MAXIMUM_SCOPES || !scopes.every((scope) => scopeToken.test(scope))
  if (bad) throw invalid('/scopes', 'must be scopes')
  return [...new Set(scopes)]
}

function checkedAudience(audience: readonly string[]): readonly string[] {
  const bad = audience.length > MAXIMUM_AUDIENCES || !audience.every((each) => printable.test(each))
  if (bad) throw invalid('/audience', `must be at most ${MAXIMUM_AUDIENCES} names or URLs`)
  return [...new Set(audience)]
}

function seconds(value: number, longest: number, pointer: string): number {
  if (!Number.isInteger(value) || value < 1 || value > longest) throw invalid(pointer, `must be 1 to ${longest}`)
  return value
}
