import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { actOf } from '../../../audit/index.ts'
import type { FederatedPerson } from '../../../account/federation/index.ts'
import { type Authentication, FactorRequired, type SessionRequest, type SignedIn } from '../../../session/index.ts'
import { sessionBinding } from '../../browser/index.ts'
import type { Services } from '../../services.ts'
import { definePage, type Page, type PageCall, type Redirect } from '../page.ts'
import { deviceOfCall, giveTokens, wayOn } from '../signed-in.ts'
import { enter } from '../sign-in/enter.ts'
import { onTheWay } from '../sign-in/query.ts'
import { letGoOn } from '../waiting-form.ts'
import { ATTEMPT, type Journey, journeyOf } from './attempt-facts.ts'
import { factsOfOffer } from './offer.ts'
import { providerOf } from './start-page.ts'

/** Providers add members of their own (RFC 6749 section 4.1.2): none of them is read here. */
const answer: z.ZodType<Readonly<Record<string, unknown>>> = z.looseObject({})

/** Where another provider sends people back to. */
export const federationCallbackPage: Page = definePage<Readonly<Record<string, unknown>>>({
  path: '/federation/:provider/callback',
  access: 'public',
  query: answer,
  isServed: ({ federation }) => federation.providers.length > 0,
  async render(call, services) {
    const { federation, federationCookies } = services
    const journey = journeyOf(federationCookies.attempt.read(call.request, ATTEMPT))
    federationCookies.attempt.clearIfSent(call.request, call.headers)
    const provider = providerOf(call)
    if (journey === undefined) throw new AuthError('federation_failed', { provider, reason: 'not_begun_here' })
    if (journey.attempt.provider !== provider) throw new AuthError('federation_failed', { provider, reason: 'other_provider' })
    const person = await federation.finish(journey.attempt, new URL(call.request.url).search)
    return arrive(journey, person, call, services)
  },
})

function arrive(journey: Journey, person: FederatedPerson, call: PageCall, services: Services): Promise<Redirect> | Redirect {
  const { purpose, session } = journey.attempt
  if (purpose === 'link' && session !== undefined) return offer(journey, session, person, call, services)
  if (purpose === 'step_up' && session !== undefined) return confirmAgain(journey, session, person, call, services)
  return signIn(journey, person, call, services)
}

async function signIn({ attempt, query }: Journey, person: FederatedPerson, call: PageCall, services: Services): Promise<Redirect> {
  const { federation, sessions } = services
  const proven = await federation.authenticate(attempt.provider, person)
  const open = (request: SessionRequest): Promise<SignedIn> => sessions.open(proven, request)
  return actOf({ operation: 'signIn', isQuiet: true }, () =>
    enter({ account: proven.user, open, first: () => ({ proven }) }, query, call, services),
  )
}

/** Nothing is connected yet: somebody else may have led this browser there and back. */
function offer({ attempt }: Journey, session: string, person: FederatedPerson, call: PageCall, { federationCookies }: Services): Redirect {
  federationCookies.offer.set(call.headers, factsOfOffer({ provider: attempt.provider, ...person }), sessionBinding(session))
  return { to: call.link('/account/identities') }
}

/** Whoever is signed in has shown their provider once more who they are. */
async function confirmAgain(
  { attempt, query }: Journey,
  session: string,
  person: FederatedPerson,
  call: PageCall,
  services: Services,
): Promise<Redirect> {
  const user = call.session?.session
  if (user?.id !== session) throw new AuthError('federation_failed', { reason: 'other_session' })
  try {
    const first = (): Promise<Authentication> => services.federation.authenticateKnown(attempt.provider, person)
    const again = (): Promise<SignedIn> => services.stepUp.reauthenticate({ session, user: user.user, device: deviceOfCall(call), first })
    const tokens = await actOf({ operation: 'authenticateAgain', actor: { kind: 'user', id: user.user, session }, isQuiet: true }, again)
    await giveTokens(tokens, call, services)
    const to = wayOn(query.return_to, call, services)
    letGoOn(to, call, services)
    return { to }
  } catch (error) {
    // An account with a second factor is asked for that one, here.
    if (error instanceof FactorRequired) return { to: onTheWay('/sign-in', query, call) }
    throw error
  }
}
