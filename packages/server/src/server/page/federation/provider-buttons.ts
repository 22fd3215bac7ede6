import { html } from 'hono/html'
import type { ShownProvider } from '../../../account/federation/index.ts'
import type { Services } from '../../services.ts'
import type { Html } from '../html.ts'
import type { PageCall } from '../page.ts'
import { onTheWay, type SignInQuery } from '../sign-in/query.ts'

/** A button for each provider that people may sign in with; nothing where there is none. */
export const providerButtons = (call: PageCall<SignInQuery>, { federation }: Services): Html | '' =>
  buttons(federation.providers, call.say.identity.signInWith, call)

/** The same for somebody who is signed in, and confirms who they are by one of their identities. */
export async function confirmButtons(user: string, call: PageCall<SignInQuery>, { federation }: Services): Promise<Html | ''> {
  const issuers = new Set((await federation.list(user)).map(({ issuer }) => issuer))
  return buttons(
    federation.providers.filter(({ issuer }) => issuers.has(issuer)),
    call.say.identity.confirmWith,
    call,
  )
}

function buttons(providers: readonly ShownProvider[], label: (provider: string) => string, call: PageCall<SignInQuery>): Html | '' {
  if (providers.length === 0) return ''
  return html`<div class="stack">
<div class="or">${call.say.signIn.or}</div>
${providers.map(({ id, name }) => html`<a class="button quiet" href="${onTheWay(`/federation/${id}`, call.query, call)}">${label(name)}</a>`)}
</div>`
}
