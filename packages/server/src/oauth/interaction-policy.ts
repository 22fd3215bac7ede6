import type { Clock } from 'countersign/core'
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { type AuthenticationContext, meets } from '../session/acr.ts'
import type { OAuthClientStore } from './client-store.ts'
import { currentCall } from './oauth-call.ts'
import { subjectsAskedFor, wantedContexts } from './requested-claims.ts'

interface Ground {
  readonly clock: Clock
  readonly clients: { readonly store: Pick<OAuthClientStore, 'find'> }
  /** How strongly this person could sign in, with what their account has. */
  readonly contextsOf: (user: string) => Promise<readonly AuthenticationContext[]>
}

type Policy = ReturnType<typeof interactionPolicy.base>

/** Of the library's own, those that ask for what we ask for otherwise. */
const replaced = ['max_age', 'id_token_hint', 'claims_id_token_sub_value', 'essential_acrs', 'essential_acr'] as const

/** When a person is needed, and for what: to choose an account, to sign in (anew, or more strongly), to allow something. */
export function policyOf({ clock, clients, contextsOf }: Ground): Policy {
  const { base, Check, Prompt } = interactionPolicy
  const policy = base()
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
  const checks = policy.get('login')?.checks
  if (checks === undefined) throw new Error('the protocol library asks nobody to sign in')
  for (const reason of replaced) checks.remove(reason)
  checks.add(
    new Check('standing', 'what was asked is not so any more', 'login_required', (ctx) => {
      requireStanding(ctx)
      return false
    }),
  )
  checks.add(new Check('max_age', 'the sign-in is too long ago', 'login_required', (ctx) => isTooLongAgo(ctx, clock)))
  checks.add(
    new Check('subject', 'somebody else is signed in', 'login_required', (ctx) => {
      requireSubject(ctx)
      return false
    }),
  )
  checks.add(
    new Check(
      'acr',
      'the sign-in is not as strong as is asked for',
      'login_required',
      (ctx) => isTooWeak(ctx, contextsOf),
      ({ oidc }) => ({ acr: leastOf(wantedContexts(oidc.params)) }),
    ),
  )
  policy
    .get('consent')
    ?.checks.add(new Check('unverified', 'nobody here has checked who asks', 'consent_required', (ctx) => isUnverified(ctx, clients.store)))
  return policy
}

/**
 * What people allow a client that has registered by itself they allow it for the address that they were told. It may have others, or get others
 * whenever it likes: so it is asked each time, until an operator stands by it.
 */
async function isUnverified({ oidc }: KoaContextWithOIDC, store: Pick<OAuthClientStore, 'find'>): Promise<boolean> {
  if (oidc.client === undefined || oidc.result?.consent !== undefined) return false
  const registration = (await store.find(oidc.client.clientId))?.registration
  return registration !== undefined && !registration.isVerified
}

/**
 * A person may take an hour to answer. Meanwhile the address may have been taken away from the client; and whoever has signed in may have left
 * this browser, or answered in another one, to which somebody has given the cookie of this.
 *
 * @throws {errors.InvalidRedirectUri}
 * @throws {errors.LoginRequired}
 */
function requireStanding({ oidc }: KoaContextWithOIDC): void {
  const { client, params, session } = oidc
  const uri = params?.['redirect_uri']
  if (typeof uri === 'string' && client?.redirectUriAllowed(uri) === false) throw new errors.InvalidRedirectUri()
  const who = session?.accountId
  if (who !== undefined && who !== currentCall().session?.user) throw new errors.LoginRequired('who has signed in is not at this browser')
}

/** `max_age`, by our clock and our session; satisfied by the sign-in that this very request has led to. */
function isTooLongAgo({ oidc }: KoaContextWithOIDC, clock: Clock): boolean {
  const { session } = currentCall()
  const { max_age: seconds } = oidc.params ?? {}
  if (seconds === undefined || session === undefined || oidc.result?.login !== undefined) return false
  return Math.floor(clock.now() / 1000) - session.authenticatedAt > Number(seconds)
}

/**
 * OpenID Connect Core sections 3.1.2.1 (`id_token_hint`) and 5.5.1 (`sub`): for somebody else the answer is negative, whoever could sign in next.
 *
 * @throws {errors.LoginRequired}
 */
function requireSubject({ oidc }: KoaContextWithOIDC): void {
  const { session } = currentCall()
  if (session === undefined) return
  for (const subject of subjectsAskedFor(oidc.params)) {
    if (subject !== session.user) throw new errors.LoginRequired('somebody else is signed in')
  }
}

/**
 * RFC 9470 section 5: what is asked for is met, or the request fails. Where it is met, `acr` says so by the very name that was asked for.
 *
 * @throws {errors.UnmetAuthenticationRequirements} when no sign-in meets it: it is no name of ours, or nobody may be asked and the account has nothing that would do.
 */
async function isTooWeak({ oidc }: KoaContextWithOIDC, contextsOf: Ground['contextsOf']): Promise<boolean> {
  const wanted = wantedContexts(oidc.params)
  const refuse = (): never => {
    throw new errors.UnmetAuthenticationRequirements('the sign-in cannot be as strong as is asked for')
  }
  if (wanted.some((names) => !names.some((name) => meets('phr', name)))) refuse()
  const { session } = currentCall()
  if (session === undefined) return false
  const met = wanted.map((names) => names.find((name) => name === session.acr) ?? names.find((name) => meets(session.acr, name)))
  if (!met.includes(undefined)) {
    const said = met.at(-1)
    if (said !== undefined && oidc.session !== undefined) oidc.session.acr = said
    return false
  }
  if (!oidc.prompts.has('none')) return true
  const within = await contextsOf(session.user)
  if (!wanted.every((names) => names.some((name) => within.some((context) => meets(context, name))))) refuse()
  return true
}

/** Where one of several will do, the one that asks less of people. */
const leastOf = (wanted: ReadonlyArray<readonly string[]>): AuthenticationContext =>
  wanted.every((names) => names.includes('mfa')) ? 'mfa' : 'phr'
