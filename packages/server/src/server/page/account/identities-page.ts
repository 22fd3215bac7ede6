import { html } from 'hono/html'
import * as z from 'zod'
import { actOn } from '../../../audit/index.ts'
import type { FederatedIdentity } from '../../../account/federation/index.ts'
import { requireRecentSignIn } from '../../recent-sign-in.ts'
import { secretText } from '../../schema.ts'
import type { Services } from '../../services.ts'
import { type IdentityOffer, offerOf } from '../federation/offer.ts'
import { buttonForm } from '../field.ts'
import type { Html } from '../html.ts'
import { icon } from '../icon.ts'
import { errorSummary, statusNotice } from '../layout.ts'
import { sayWhen } from '../moment.ts'
import { bindingOf } from '../open-call.ts'
import { type AnyForm, defineForm, definePage, type Page, type PageCall } from '../page.ts'
import { signedIn, signedInUser } from '../signed-in.ts'
import { backToAccount } from './part.ts'

const PATH = '/account/identities'

const readOffer = (call: PageCall, { federationCookies }: Services): IdentityOffer | undefined =>
  offerOf(federationCookies.offer.read(call.request, bindingOf(call)))

const connect: AnyForm = defineForm({
  act: 'linkIdentity',
  fields: z.strictObject({}),
  keeps: [],
  failed: ({ identity }) => identity.connectFailed,
  async submit(_fields, call, services) {
    const { id, user } = signedIn(call).session
    await requireRecentSignIn(id, services)
    const offer = readOffer(call, services)
    if (offer === undefined) return { to: call.link(PATH), flash: { name: 'identity_over' } }
    services.federationCookies.offer.clear(call.headers)
    await services.federation.link(user, offer)
    return { to: call.link(PATH), flash: { name: 'identity_connected' } }
  },
})

const decline: AnyForm = defineForm({
  fields: z.strictObject({}),
  keeps: [],
  failed: ({ identity }) => identity.connectFailed,
  async submit(_fields, call, { federationCookies }) {
    federationCookies.offer.clear(call.headers)
    return { to: call.link(PATH) }
  },
})

const disconnect: AnyForm = defineForm<{ readonly identity: string }>({
  act: 'removeIdentity',
  fields: z.strictObject({ identity: secretText }),
  keeps: [],
  failed: ({ identity }) => identity.disconnectFailed,
  async submit({ identity }, call, services) {
    const { id, user } = signedIn(call).session
    await requireRecentSignIn(id, services)
    actOn('identity', identity)
    await services.federation.unlink(user, identity)
    return { to: call.link(PATH), flash: { name: 'identity_disconnected' } }
  },
})

/** Which other providers somebody may sign in with: to connect one, and to take it away. */
export const identitiesPage: Page = definePage({
  path: PATH,
  access: 'session',
  isServed: ({ federation }) => federation.providers.length > 0,
  forms: { connect, decline, disconnect },
  async render(call, services) {
    const user = await signedInUser(call, services)
    const identities = await services.federation.list(user.id)
    const { identity } = call.say
    const offer = readOffer(call, services)
    const body = html`<div class="narrow stack">
${backToAccount(call)}
<h1>${identity.title}</h1>
${errorSummary(call)}
${statusNotice(noticeOf(call))}
${offer === undefined ? '' : offerSection(offer, user.email, call, services)}
<p class="soft">${identity.lead}</p>
${identities.length === 0 ? html`<p>${identity.none}</p>` : html`<ul class="card">${identities.map((each) => item(each, call, services))}</ul>`}
<div class="stack">${services.federation.providers.map(({ id, name }) => html`<a class="button quiet" href="${call.link(`/federation/${id}?link=yes`)}">${identity.connectTo(name)}</a>`)}</div>
</div>`
    return { title: identity.title, layout: 'wide', body }
  },
})

function noticeOf({ flash, say: { identity } }: PageCall): string | undefined {
  if (flash?.name === 'identity_connected') return identity.connected
  if (flash?.name === 'identity_disconnected') return identity.disconnected
  return flash?.name === 'identity_over' ? identity.over : undefined
}

const providerName = (issuer: string, { federation }: Services): string =>
  federation.providers.find((provider) => provider.issuer === issuer)?.name ?? new URL(issuer).host

function offerSection(offer: IdentityOffer, email: string, call: PageCall, services: Services): Html {
  const { identity } = call.say
  const provider = providerName(offer.issuer, services)
  const shown = [offer.name, offer.email].filter((each) => each !== undefined).join(', ')
  return html`<section class="card pad stack" aria-labelledby="offer"><h2 id="offer">${identity.offerTitle(provider)}</h2>
<p>${identity.offerLead(shown === '' ? provider : shown, email)}</p>
<div class="row">${buttonForm('connect', html`<button class="button">${identity.connect}</button>`, call)}${buttonForm('decline', html`<button class="button quiet">${identity.decline}</button>`, call)}</div></section>`
}

function item({ id, issuer, email, linkedAt }: FederatedIdentity, call: PageCall, services: Services): Html {
  const { identity } = call.say
  const name = providerName(issuer, services)
  const button = html`<button class="button quiet compact" aria-label="${identity.disconnectNamed(name)}">${identity.disconnect}</button>`
  return html`<li class="item">${icon('person')}<div><div class="title"><span>${name}</span></div><div class="soft small">${email === undefined ? '' : html`${email} · `}${identity.since(sayWhen(linkedAt, call.now, call.locale))}</div></div>${buttonForm('disconnect', button, call, { identity: id })}</li>`
}
