import { html } from 'hono/html'
import * as z from 'zod'
import { actOn } from '../../../audit/index.ts'
import { ADMINISTRATOR, type User } from '../../../account/index.ts'
import { ENROLMENT } from '../../../session/index.ts'
import { requireRecentSignIn } from '../../recent-sign-in.ts'
import { secretText } from '../../schema.ts'
import { CONSOLE } from '../console/page.ts'
import type { Html } from '../html.ts'
import { icon } from '../icon.ts'
import { errorSummary, statusNotice } from '../layout.ts'
import { defineForm, definePage, type Page, type PageCall } from '../page.ts'
import { signedIn, signedInUser } from '../signed-in.ts'
import { profileSection, VERIFY } from './profile-section.ts'
import { proofSection } from './proof-section.ts'
import { sessionSection } from './session-section.ts'

/** Everything that an account holds, each with the way to change it. */
export const accountPage: Page = definePage({
  path: '/account',
  access: 'session',
  enrols: true,
  forms: {
    end: defineForm<{ readonly session: string }>({
      act: 'endSession',
      fields: z.strictObject({ session: secretText }),
      keeps: [],
      failed: ({ account }) => account.endFailed,
      async submit({ session }, call, services) {
        const own = signedIn(call).session
        await requireRecentSignIn(own.id, services)
        actOn('session', session)
        await services.sessions.end(session, own.user)
        return { to: call.link('/account'), flash: { name: 'session_ended' } }
      },
    }),
    end_others: defineForm({
      act: 'endSessions',
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
    [VERIFY]: defineForm({
      fields: z.strictObject({}),
      keeps: [],
      failed: ({ link }) => link.askFailed,
      async submit(_fields, call, { emailAddresses }) {
        const { user } = signedIn(call).session
        await emailAddresses.requestVerification({ user, address: call.client.address, locale: call.locale })
        return { to: call.link('/account'), flash: { name: 'verification_sent' } }
      },
    }),
  },
  async render(call, services) {
    const user = await signedInUser(call, services)
    const [living, app, passkeys, recoveryCodesLeft] = await Promise.all([
      services.sessions.list(user.id),
      services.store.factors.find(user.id),
      services.passkeys.list(user.id),
      services.recoveryCodes.left(user.id),
    ])
    const placed = await Promise.all(living.map(async (session) => ({ session, place: await services.places.of(session.device.address) })))
    const { account } = call.say
    const body = html`<h1>${account.title}</h1>
${errorSummary(call)}
${statusNotice(noticeOf(call, user))}
${signedIn(call).principal.acr === ENROLMENT ? enrolmentNotice(call) : ''}
${profileSection(user, call)}
${sessionSection(placed, signedIn(call).session.id, call)}
${proofSection({ appSince: app?.confirmedAt, passkeys, recoveryCodesLeft }, call)}
${accessSection(call)}`
    return { title: account.title, layout: 'wide', body }
  },
})

/** Where every account must have a second factor, and this sign-in has shown none. */
function enrolmentNotice({ link, say: { account } }: PageCall): Html {
  const again = html`<a href="${link('/sign-in')}?step_up=yes">${account.enrolAgain}</a>`
  return html`<div class="notice warning"><strong>${account.enrolFirst}</strong><br>${account.enrolThen} ${again}</div>`
}

function noticeOf({ flash, say: { account, link }, offers }: PageCall, user: User): string | undefined {
  switch (flash?.name) {
    case 'account_created':
      return user.emailVerifiedAt === undefined && offers('/account/email') ? account.welcomeMail(user.email) : account.welcome
    case 'name_changed':
      return account.nameChanged
    case 'email_asked':
      return account.emailAsked
    case 'verification_sent':
      return account.verificationSent(user.email)
    case 'email_verified':
      return link.verified
    case 'email_changed':
      return link.changed
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

/** What has access without anybody there: programs of one's own, apps of others. */
function accessSection(call: PageCall): Html | '' {
  const { account, consent } = call.say
  const isAdministrator = signedIn(call).principal.roles.includes(ADMINISTRATOR)
  const rows = [
    { path: '/account/keys', picture: icon('terminal'), title: account.keys, hint: account.keysHint },
    { path: '/account/apps', picture: icon('apps'), title: consent.appsTitle, hint: consent.appsHint },
    { path: CONSOLE, picture: icon('screen'), title: account.consoleTitle, hint: account.consoleHint },
  ].filter(({ path }) => call.offers(path) && (path !== CONSOLE || isAdministrator))
  if (rows.length === 0) return ''
  const items = rows.map(
    ({ path, picture, title, hint }) =>
      html`<div class="item">${picture}<div><div class="title">${title}</div><div class="soft small">${hint}</div></div><a class="button quiet compact" href="${call.link(path)}" aria-label="${title}: ${account.manage}">${account.manage}</a></div>`,
  )
  return html`<section aria-labelledby="access"><header><h2 id="access">${account.access}</h2></header>
<div class="card">${items}</div></section>`
}
