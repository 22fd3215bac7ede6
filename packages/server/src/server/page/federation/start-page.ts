import * as z from 'zod'
import { definePage, type Page, type PageCall } from '../page.ts'
import { signedIn } from '../signed-in.ts'
import { signInMembers, type SignInQuery } from '../sign-in/query.ts'
import { ATTEMPT, factsOfJourney } from './attempt-facts.ts'

interface StartQuery extends SignInQuery {
  /** To be connected to the account of whoever is signed in. */
  readonly link?: 'yes' | undefined
}

const startQuery: z.ZodType<StartQuery> = z.strictObject({ ...signInMembers, link: z.literal('yes').optional() })

/** The provider that stands in the path. */
export const providerOf = ({ request }: PageCall): string => new URL(request.url).pathname.split('/federation/')[1]?.split('/')[0] ?? ''

/**
 * Leads to another provider. Whoever is led here by another site ends where they could have gone themselves: what comes back signs nobody in
 * but whom the provider knows, and connects nothing before it was confirmed here.
 */
export const federationStartPage: Page = definePage<StartQuery>({
  path: '/federation/:provider',
  access: 'public',
  query: startQuery,
  isServed: ({ federation }) => federation.providers.length > 0,
  async render(call, { federation, federationCookies }) {
    const { link, ...query } = call.query
    const isStepUp = query.step_up !== undefined && call.session !== undefined
    const purpose = link === 'yes' ? 'link' : isStepUp ? 'step_up' : 'sign_in'
    const session = purpose === 'link' ? signedIn(call).session.id : call.session?.session.id
    const { attempt, url } = await federation.begin(providerOf(call), purpose, session)
    federationCookies.attempt.set(call.headers, factsOfJourney({ attempt, query }), ATTEMPT)
    return { to: url }
  },
})
