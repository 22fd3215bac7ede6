import { addressNetwork, browserFamily } from '../core/index.ts'
import { equalText, sha256Base64url } from '../crypto/index.ts'

/** What a login, and a request, come from. */
export interface LoginTraits {
  readonly address: string | undefined
  readonly userAgent: string | undefined
}

export type Trait = keyof LoginTraits

/** 24 bits: too few to tell which of the addresses that share them it was, enough that another one hardly ever passes for it. */
const CHARACTERS = 4
const order: readonly Trait[] = ['address', 'userAgent']

/** What is compared: of IPv6 the subscriber's network, of a user agent its family, since both change the rest by themselves. */
const essence: Readonly<Record<Trait, (value: string) => string | undefined>> = {
  address: (value) => addressNetwork(value),
  userAgent: browserFamily,
}

/**
 * The claim `login`: from which network address, and on what, a session was signed in to, as two truncated hashes that are bound to the session. Who
 * reads it learns neither, and cannot follow a person from one session to the next; who has the request at hand sees whether it is the same.
 *
 * @returns `undefined` where neither is known.
 */
export function loginTrace(session: string, traits: LoginTraits): string | undefined {
  const traces = order.map((trait) => traceOf(session, trait, traits[trait]) ?? '')
  return traces.every((trace) => trace === '') ? undefined : traces.join('.')
}

/** Whether a request comes from the same as the login. What is not known of either is never the same. */
export function tracesMatch(login: string | undefined, session: string | undefined, trait: Trait, value: string | undefined): boolean {
  const expected = login?.split('.')[order.indexOf(trait)]
  const found = session === undefined ? undefined : traceOf(session, trait, value)
  return found !== undefined && expected !== undefined && equalText(expected, found)
}

function traceOf(session: string, trait: Trait, value: string | undefined): string | undefined {
  const known = value === undefined ? undefined : essence[trait](value)
  // A line break stands in none of the parts.
  return known === undefined ? undefined : sha256Base64url(`countersign-login/1\n${trait}\n${session}\n${known}`).slice(0, CHARACTERS)
}
