import { html } from 'hono/html'
import * as z from 'zod'
import { actOn } from '../../../audit/index.ts'
import type { Grant, OAuthClient } from '../../../oauth/index.ts'
import { endOwnGrant } from '../../oauth-grant.ts'
import { scopesOfGrant } from '../../oauth-schema.ts'
import { secretText } from '../../schema.ts'
import { backToAccount } from '../account/part.ts'
import { buttonForm } from '../field.ts'
import type { Html } from '../html.ts'
import { errorSummary, statusNotice } from '../layout.ts'
import { moment, sayWhen } from '../moment.ts'
import { defineForm, definePage, type Page, type PageCall } from '../page.ts'
import { signedIn } from '../signed-in.ts'
import { askScopes } from './scope-list.ts'

const PATH = '/account/apps'

/** Which applications have access to the account; each can be disconnected. */
export const appsPage: Page = definePage({
  path: PATH,
  access: 'session',
  forms: {
    disconnect: defineForm<{ readonly grant: string }>({
      act: 'endGrant',
      fields: z.strictObject({ grant: secretText }),
      keeps: [],
      failed: ({ consent }) => consent.disconnectFailed,
      async submit({ grant }, call, services) {
        actOn('grant', grant)
        await endOwnGrant(signedIn(call).session.user, grant, services)
        return { to: call.link(PATH), flash: { name: 'app_disconnected' } }
      },
    }),
  },
  async render(call, { store }) {
    const { consent } = call.say
    const grants = await store.oauth.grantsOf(signedIn(call).session.user)
    const named = await Promise.all(grants.map(async (grant) => ({ grant, client: await store.oauthClients.find(grant.client) })))
    const body = html`${backToAccount(call)}
<h1>${consent.appsTitle}</h1>
${errorSummary(call)}
${statusNotice(call.flash?.name === 'app_disconnected' ? consent.disconnected : undefined)}
<p class="soft">${named.length === 0 ? consent.appsNone : consent.appsLead}</p>
${named.length === 0 ? '' : html`<ul class="card">${named.map((each) => item(each, call))}</ul>`}`
    return { title: consent.appsTitle, layout: 'wide', body }
  },
})

function item({ grant, client }: { readonly grant: Grant; readonly client: OAuthClient | undefined }, call: PageCall): Html {
  const { consent } = call.say
  const name = client?.name ?? consent.unknownApp
  const since = moment(grant.createdAt, consent.since(sayWhen(grant.createdAt, call.now, call.locale)))
  const button = html`<button class="button quiet compact" aria-label="${consent.disconnectNamed(name)}">${consent.disconnect}</button>`
  return html`<li class="item"><div><div class="title"><span>${name}</span></div><div class="soft small">${since}</div>${askScopes(scopesOfGrant(grant), call)}</div>${buttonForm('disconnect', button, call, { grant: grant.id })}</li>`
}
