import { html } from 'hono/html'
import * as z from 'zod'
import type { User } from '../../../account/index.ts'
import { requireRecentSignIn } from '../../recent-sign-in.ts'
import { secretText } from '../../schema.ts'
import type { Html } from '../html.ts'
import { icon } from '../icon.ts'
import { errorSummary, statusNotice } from '../layout.ts'
import { defineForm, definePage, type Page, type PageCall } from '../page.ts'
import { signedIn, signedInUser } from '../signed-in.ts'
import { proofSection } from './proof-section.ts'
import { sessionSection } from './session-section.ts'

/** Everything that an account holds, each with the way to change it. */
export const accountPage: Page = definePage({
  path: '/account',
  access: 'session',
  forms: {
    end: defineForm<{ readonly session: string }>({
      fields: z.strictObject({ session: secretText }),
      keeps: [],
      failed: ({ account }) => account.endFailed,
      async submit({ session }, call, services) {
        const own = signedIn(call).session
        await requireRecentSignIn(own.id, services)
        await services.sessions.end(session, own.user)
        return { to: call.link('/account'), flash: { name: 'session_ended' } }
      },
    }),
    end_others: defineForm({
      fields: z.strictObject({}),
      keeps: [],
      failed: ({ account }) => account.endFailed,
      async submit(_fields, call, services) {
        const { id, user } = signedIn(call).session
        await requireRecentSignIn(id, services)
        const ended = await services.sessions.endOthers(user, id)
        return { to: call.link('/account'), flash: { name: 'others_ended', count: ended.length } }
      },
    }),
  },
  async render(call, services) {
    const user = await signedInUser(call, services)
    const [living, app] = await Promise.all([services.sessions.list(user.id), services.store.factors.find(user.id)])
    const placed = await Promise.all(living.map(async (session) => ({ session, place: await services.places.of(session.device.address) })))
    const { account } = call.say
    const body = html`<h1>${account.title}</h1>
${errorSummary(call)}
${statusNotice(noticeOf(call))}
${profileSection(user, call)}
${sessionSection(placed, signedIn(call).session.id, call)}
${proofSection({ appSince: app?.confirmedAt }, call)}
${call.offers('/account/keys') ? keySection(call) : ''}`
    return { title: account.title, layout: 'wide', body }
  },
})

function noticeOf({ flash, say: { account } }: PageCall): string | undefined {
  switch (flash?.name) {
    case 'account_created':
      return account.welcome
    case 'password_changed':
      return account.passwordChanged
    case 'session_ended':
      return account.ended
    case 'others_ended':
      return account.othersEnded(flash.count ?? 0)
    case 'app_off':
      return account.appTurnedOff
    default:
      return undefined
  }
}

function profileSection({ name, email, emailVerifiedAt }: User, call: PageCall): Html {
  const { account } = call.say
  const badge =
    emailVerifiedAt === undefined
      ? html`<span class="badge warning">${account.unverified}</span>`
      : html`<span class="badge">${account.verified}</span>`
  const change = call.offers('/account/email')
    ? html`<a class="button quiet compact" href="${call.link('/account/email')}">${account.change}</a>`
    : ''
  return html`<section aria-labelledby="you"><header><h2 id="you">${account.profile}</h2></header>
<div class="card">
<div class="item">${icon('person')}<div><div class="soft small">${account.name}</div><div class="title"><span>${name ?? account.noName}</span></div></div></div>
<div class="item">${icon('mail')}<div><div class="soft small">${account.email}</div><div class="title"><span>${email}</span> ${badge}</div></div>${change}</div>
</div></section>`
}

function keySection(call: PageCall): Html {
  const { account } = call.say
  return html`<section aria-labelledby="access"><header><h2 id="access">${account.access}</h2></header>
<div class="card"><div class="item">${icon('terminal')}<div><div class="title">${account.keys}</div><div class="soft small">${account.keysHint}</div></div><a class="button quiet compact" href="${call.link('/account/keys')}">${account.manage}</a></div></div></section>`
}
