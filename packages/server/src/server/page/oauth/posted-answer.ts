import { html } from 'hono/html'
import type { PostedAnswer } from '../../../oauth/index.ts'
import type { Services } from '../../services.ts'
import { answerView } from '../answer-page.ts'
import { brandMark } from '../layout.ts'
import type { PageRequest } from '../open-call.ts'
import type { PageCall, View } from '../page.ts'
import type { Site } from '../site.ts'

/**
 * Hands what the client is told to the browser as a form that sends itself, and can be sent by hand where scripts do not run (OAuth 2.0 Form Post
 * Response Mode). Its policy lets it go to the client's origin alone.
 *
 * @param answered What the protocol has to say to the browser itself: its cookies.
 */
export async function answerPosted(posted: PostedAnswer, answered: Response, given: PageRequest, services: Services): Promise<Response> {
  const page = await answerView((call) => postedView(posted, call, services.site), given, services)
  for (const cookie of answered.headers.getSetCookie()) page.headers.append('set-cookie', cookie)
  return page
}

function postedView({ to, fields }: PostedAnswer, call: PageCall, site: Site): View {
  const { consent } = call.say
  // The client sees from where it comes, as clients look at `Origin`; not from which request of ours.
  call.headers.set('referrer-policy', 'strict-origin')
  const inputs = Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
  const body = html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${consent.goOnTitle}</h1></header>
<p>${consent.goOn}</p>
<form method="post" action="${to}">${inputs}<button class="button">${consent.goOnLink}</button></form>
</div>`
  return { title: consent.goOnTitle, layout: 'panel', body, sendsTo: to }
}
