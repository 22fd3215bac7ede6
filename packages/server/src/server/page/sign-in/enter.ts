import { actRefused } from '../../../audit/index.ts'
import { FactorRequired, type SessionRequest, type SignedIn } from '../../../session/index.ts'
import type { Services } from '../../services.ts'
import { bindingOf } from '../open-call.ts'
import type { PageCall, Redirect } from '../page.ts'
import { deviceOfCall, replaceSession, wayOn } from '../signed-in.ts'
import { onTheWay, type SignInQuery } from './query.ts'
import { type FirstFactor, factsOfStep } from './step.ts'

export interface Attempt {
  readonly account: string
  readonly address: string | undefined
  readonly deviceToken: string | undefined
}

/** Who tries to sign in, as the throttle counts them. */
export function attemptOf(account: string, { request, client }: PageCall, { sessionCookies }: Services): Attempt {
  return { account, address: client.address, deviceToken: sessionCookies.read(request).device }
}

/** The session that a browser asks for. */
export const sessionRequest = (call: PageCall, { sessionCookies }: Services): SessionRequest => ({
  device: deviceOfCall(call),
  deviceToken: sessionCookies.read(call.request).device,
})

export interface Entrance {
  /** As in `SignInStep`. */
  readonly account: string
  /** Checks the first factor, and opens the session. */
  open(request: SessionRequest): Promise<SignedIn>
  /** What was right when the account wants more; undefined: nothing was. */
  first(): FirstFactor | undefined
}

/** Lets somebody in, or asks on the next page for what the account wants beside the first factor. @throws {AuthError} as `open`. */
export async function enter(entrance: Entrance, query: SignInQuery, call: PageCall, services: Services): Promise<Redirect> {
  try {
    await replaceSession(await entrance.open(sessionRequest(call, services)), call, services)
    return { to: wayOn(query.return_to, call, services) }
  } catch (error) {
    const first = error instanceof FactorRequired ? entrance.first() : undefined
    if (!(error instanceof FactorRequired) || first === undefined) throw error
    // With the first factor alone nobody is let in.
    actRefused(error)
    const { factors, ticket } = error
    services.site.signInStep.set(call.headers, factsOfStep({ account: entrance.account, first, factors, ticket }), bindingOf(call))
    return { to: onTheWay('/sign-in/code', query, call) }
  }
}
