import { type AllowFunction, type AllowRule, parseAllow } from './allow-rule.ts'
import { type LoginRequirement, type LoginRule, loginMembers, parseLogin } from './login-rule.ts'
import { parseRecheck, type Recheck } from './recheck.ts'
import { parseFreshness, type RouteFreshness } from './route-freshness.ts'
import { requireSeconds } from './seconds.ts'
import { parseSigned, type SignedRequirement, type SignedRule } from './signed-request/signed-rule.ts'

/** What a route asks of its caller. Every member may be left out. */
export interface Requirement extends LoginRequirement {
  /** Scopes that the credential must have: all of them. One text may hold several, separated by spaces. */
  readonly scope?: string | readonly string[]
  readonly role?: string
  /** The user must have proved who they are at most so many seconds ago (RFC 9470). */
  readonly maxAuthAgeSeconds?: number
  /**
   * How recently this verifier must have heard from the issuer. `ordinary` (the default) accepts `fresh` and `grace`, `strict`
   * only `fresh`; a number of seconds is a bound of the route's own, inside the verifier's `graceSeconds`, and says what is to be done
   * beyond it.
   */
  readonly freshness?: RouteFreshness
  /** On which requests the issuer is asked about the token although the verifier is fresh. 503 when it does not answer. */
  readonly recheck?: Recheck
  /**
   * Where the verifier has `signedRequests`: `true`, or bounds of the route's own, takes signed requests only; `false` takes tokens only.
   * Left out, the route takes both.
   */
  readonly signed?: boolean | SignedRequirement | SignedRule
  /** `false`: a cookie is no credential here, although the verifier takes one. */
  readonly cookie?: boolean
  /** `false`: an API key is no credential here, although the verifier takes them. */
  readonly apiKeys?: boolean
  /**
   * Asked last, about a caller who has all of the above: a function, or an engine of policies. `true` allows, everything else is `not_allowed`.
   * Of a connection that stays open it is asked once, when it is opened.
   */
  readonly allow?: AllowRule
}

const members: ReadonlySet<string> = new Set([
  ...['scope', 'role', 'maxAuthAgeSeconds', 'freshness', 'recheck', 'signed', 'cookie', 'apiKeys', 'allow'],
  ...loginMembers,
])

/** A requirement, checked once when the route is made. */
export class RouteRule implements Requirement {
  readonly scope: readonly string[]
  readonly role?: string
  readonly maxAuthAgeSeconds?: number
  /** Undefined: no more is asked of the sign-in. */
  readonly login: LoginRule | undefined
  readonly freshness: RouteFreshness
  /** The bound of the route's own, otherwise no bound beyond the state's. */
  readonly maxAgeMs: number
  readonly asksWhenStale: boolean
  /** Up to this age the route decides although it is not fresh enough; -1 where it never does. */
  readonly acceptedAgeMs: number
  readonly recheck?: Recheck
  readonly signed: SignedRule
  readonly takesCookie: boolean
  readonly takesApiKeys: boolean
  readonly allow?: AllowFunction
  /** A verifier that is fresh may decide by itself, whatever its age: there is no bound of the route's own, and nothing to re-check. */
  readonly acceptsFresh: boolean
  /** Nothing is asked of the caller's scope, role and sign-in. */
  readonly isOpen: boolean

  /** @throws {TypeError | RangeError} for an unknown member (a misspelt one would leave the route open) or a wrong value. */
  constructor(requirement: Requirement) {
    for (const name of Object.keys(requirement)) {
      if (!members.has(name)) throw new TypeError(`unknown member of a requirement: ${name}`)
    }
    this.scope = Object.freeze(parseScope(requirement.scope))
    if (requirement.role !== undefined) this.role = parseRole(requirement.role)
    if (requirement.maxAuthAgeSeconds !== undefined) {
      this.maxAuthAgeSeconds = requireSeconds('maxAuthAgeSeconds', requirement.maxAuthAgeSeconds)
    }
    this.login = parseLogin(requirement)
    const { freshness, maxAgeMs, asksWhenStale, acceptedAgeMs } = parseFreshness(requirement.freshness)
    this.freshness = freshness
    this.maxAgeMs = maxAgeMs
    this.asksWhenStale = asksWhenStale
    this.acceptedAgeMs = acceptedAgeMs
    if (requirement.recheck !== undefined) this.recheck = parseRecheck(requirement.recheck)
    this.signed = parseSigned(requirement.signed)
    this.takesCookie = parseFlag('cookie', requirement.cookie)
    this.takesApiKeys = parseFlag('apiKeys', requirement.apiKeys) && this.signed.mode !== 'required'
    const allow = parseAllow(requirement.allow)
    if (allow !== undefined) this.allow = allow
    this.acceptsFresh = maxAgeMs === Number.POSITIVE_INFINITY && requirement.recheck === undefined
    const asksSignIn = this.maxAuthAgeSeconds !== undefined || this.login !== undefined
    this.isOpen = this.scope.length === 0 && this.role === undefined && !asksSignIn
    Object.freeze(this)
  }
}

/** A requirement as a rule; a rule stays what it is, so that a guard parses once. */
export function parseRequirement(requirement: Requirement | undefined): RouteRule {
  if (requirement === undefined) return openRule
  return requirement instanceof RouteRule ? requirement : new RouteRule(requirement)
}

/** RFC 6749 section 3.3 scope-token. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

function parseScope(scope: Requirement['scope']): string[] {
  if (scope === undefined) return []
  const names = typeof scope === 'string' ? scope.split(' ') : [...scope]
  // An empty text or list is a mistake (a variable that was not set), not the wish to ask for nothing.
  if (names.length === 0 || !names.every((name) => typeof name === 'string' && scopeToken.test(name))) {
    throw new TypeError('scope must name one or more scopes')
  }
  return names
}

function parseFlag(name: string, value: unknown = true): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false`)
  return value
}

function parseRole(role: unknown): string {
  if (typeof role !== 'string' || role === '') throw new TypeError('role must be a name')
  return role
}

const openRule: RouteRule = new RouteRule({})
