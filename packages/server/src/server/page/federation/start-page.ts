import * as z from 'zod'
import { definePage, type Page, type PageCall } from '../page.ts'
import { signedIn } from '../signed-in.ts'
import { onTheWay, signInMembers, type SignInQuery } from '../sign-in/query.ts'
import { ATTEMPT, factsOfJourney } from './attempt-facts.ts'

interface StartQuery extends SignInQuery {
  /** To be connected to the account of whoever is signed in. */
  readonly link?: 'yes' | undefined
}

const startQuery: z.ZodType<StartQuery> = z.strictObject({ ...signInMembers, link: z.literal('yes').optional() })

/** The provider that stands in the path. */
export const providerOf = ({ request }: PageCall): string => new URL(request.url).pathname.split('/federation/')[1]?.split('/')[0] ?? ''

/** The page of another site has led here, and not a person who has pressed a button of ours. */
const isLed = ({ request }: PageCall): boolean => ['cross-site', 'same-site'].includes(request.headers.get('sec-fetch-site') ?? '')

/**
 * Leads to another provider. Whoever is led here by another site finds our own page: no session begins that nobody has asked for. What comes
 * back signs nobody in but whom the provider knows, and connects nothing before it was confirmed here.
 */
export const federationStartPage: Page = definePage<StartQuery>({
  path: '/federation/:provider',
  access: 'public',
  query: startQuery,
  isServed: ({ federation }) => federation.providers.length > 0,
  async render(call, { federation, federationCookies }) {
    const { link, ...query } = call.query
    if (isLed(call)) return { to: onTheWay('/sign-in', query, call) }
    const isStepUp = query.step_up !== undefined && call.session !== undefined
    const purpose = link === 'yes' ? 'link' : isStepUp ? 'step_up' : 'sign_in'
    const session = purpose === 'link' ? signedIn(call).session.id : call.session?.session.id
    const { attempt, url } = await federation.begin(providerOf(call), purpose, session)
    federationCookies.attempt.set(call.headers, factsOfJourney({ attempt, query }), ATTEMPT)
    return { to: url }
  },
})
