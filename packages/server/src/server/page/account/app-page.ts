import type { AuthError } from 'countersign/core'
import { html, raw } from 'hono/html'
import * as z from 'zod'
import type { FactorProof } from '../../../session/index.ts'
import { totpCode } from '../../factor-schema.ts'
import { qrCodeSvg } from '../../qr-code.ts'
import { requireRecentSignIn } from '../../recent-sign-in.ts'
import { password } from '../../schema.ts'
import type { Services } from '../../services.ts'
import { actionOf, buttonForm, hiddenFields, textField } from '../field.ts'
import type { FieldSentences } from '../form-error.ts'
import type { Html } from '../html.ts'
import type { Messages } from '../../message/en.ts'
import { errorSummary, statusNotice } from '../layout.ts'
import { bindingOf } from '../open-call.ts'
import { type AnyForm, defineForm, definePage, type Page, type PageCall } from '../page.ts'
import { signedIn, signedInUser } from '../signed-in.ts'
import { accountFor, backToAccount } from './part.ts'
import { recoveryPanel } from './recovery-panel.ts'

const PATH = '/account/authenticator'

const enrolmentSchema = z.strictObject({ secret: z.string(), uri: z.string() })
type Enrolment = z.infer<typeof enrolmentSchema>

/** What is being set up in this browser: shown until it is confirmed, and to nobody else. */
const readEnrolment = (call: PageCall, { site }: Services): Enrolment | undefined =>
  enrolmentSchema.safeParse(site.enrolment.read(call.request, bindingOf(call))).data

const wrongCode =
  (name: string) =>
  ({ code }: AuthError, { field }: Messages): FieldSentences | undefined =>
    code === 'credentials_invalid' ? { [name]: field.code } : undefined

const start: AnyForm = defineForm({
  fields: z.strictObject({}),
  keeps: [],
  failed: ({ account }) => account.appFailed,
  async submit(_fields, call, services) {
    await requireRecentSignIn(signedIn(call).session.id, services)
    const { secret, uri } = await services.factors.enrol(await signedInUser(call, services))
    services.site.enrolment.set(call.headers, { secret, uri }, bindingOf(call))
    return { to: call.link(PATH) }
  },
})

const confirm: AnyForm = defineForm<{ readonly code: string }>({
  act: 'confirmTotp',
  fields: z.strictObject({ code: totpCode }),
  keeps: [],
  failed: ({ account }) => account.appFailed,
  blame: wrongCode('code'),
  async submit({ code }, call, services) {
    const { factors, throttle, site } = services
    const { user, id: session } = signedIn(call).session
    await requireRecentSignIn(session, services)
    const recoveryCodes = await throttle.guard({ session }, () => factors.confirm(user, code))
    site.enrolment.clear(call.headers)
    return { to: call.link(PATH), flash: { name: 'app_on', ...(recoveryCodes.length === 0 ? {} : { recoveryCodes }) } }
  },
})

const off: AnyForm = defineForm<{ readonly current_password: string; readonly code: string }>({
  act: 'disableTotp',
  fields: z.strictObject({ current_password: password, code: totpCode }),
  keeps: [],
  failed: ({ account }) => account.appOffFailed,
  blame: ({ code, detail }, { field }) => {
    if (code !== 'credentials_invalid') return undefined
    return 'factor' in detail ? { code: field.code } : { current_password: field.currentPassword }
  },
  async submit({ current_password: current, code }, call, { opaqueRegistration, factors, throttle }) {
    const { user, id: session } = signedIn(call).session
    await throttle.guard({ session }, async () => {
      // The password first: whoever does not know it must not use up a code.
      await opaqueRegistration.provePassword(user, { password: current })
      await factors.disable(user, proofOf(code))
    })
    return { to: call.link('/account'), flash: { name: 'app_off' } }
  },
})

/** Six digits are of the app; what is longer is a recovery code. */
function proofOf(code: string): FactorProof {
  const typed = code.replace(/[\s-]/g, '')
  return /^\d{1,8}$/.test(typed) ? { totpCode: typed } : { recoveryCode: code }
}

/** The authenticator app: to set it up, to keep its recovery codes, to turn it off. */
export const appPage: Page = definePage({
  path: PATH,
  access: 'session',
  enrols: true,
  forms: { start, confirm, off },
  async render(call, services) {
    const user = await signedInUser(call, services)
    const [factor, kept] = await Promise.all([services.store.factors.find(user.id), services.passkeys.list(user.id)])
    const { account } = call.say
    const body = html`<div class="narrow stack">
${backToAccount(call)}
<h1>${account.appTitle}</h1>
${errorSummary(call)}
${statusNotice(noticeOf(call))}
${factor?.confirmedAt === undefined ? setUp(readEnrolment(call, services), call) : inUse(user.email, kept.length > 0, call)}
</div>`
    return { title: account.appTitle, layout: 'wide', body }
  },
})

const noticeOf = ({ flash, say: { account } }: PageCall): string | undefined => {
  if (flash?.name === 'app_on') return account.appTurnedOn
  return flash?.name === 'app_over' ? account.appOver : undefined
}

function setUp(enrolment: Enrolment | undefined, call: PageCall): Html {
  const { account } = call.say
  const lead = html`<p class="soft">${account.appLead}</p>`
  if (enrolment === undefined) {
    return html`${lead}<div class="card pad">${buttonForm('start', html`<button class="button">${account.appStart}</button>`, call)}</div>`
  }
  const { secret, uri } = enrolment
  return html`${lead}
<div class="card pad stack">
<h2>${account.appScan}</h2>
<div class="qr" role="img" aria-label="${account.appQr}">${raw(qrCodeSvg(uri))}</div>
<p>${account.appType}<br><code class="key">${inGroups(secret)}</code></p>
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields('confirm', call)}
${textField('confirm', { name: 'code', label: account.appConfirm, hint: call.say.signIn.codeHint, autocomplete: 'one-time-code', inputmode: 'numeric', enterkeyhint: 'done', maxlength: 16, code: true }, call)}
<button class="button">${account.appSubmit}</button>
</form>
${buttonForm('start', html`<button class="button quiet compact">${account.appRestart}</button>`, call)}
</div>`
}

/** As people read it off and type it. */
const inGroups = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ')

function inUse(email: string, hasPasskeys: boolean, call: PageCall): Html {
  const { account } = call.say
  const codes = call.flash?.recoveryCodes
  if (codes !== undefined) return recoveryPanel(codes, call)
  return html`<section class="card pad stack" aria-labelledby="off"><h2 id="off">${account.appOffTitle}</h2>
<p class="soft">${hasPasskeys ? account.appOffLeadPasskeys : account.appOffLead}</p>
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields('off', call)}
${accountFor(email)}
${textField('off', { name: 'current_password', label: account.currentPassword, type: 'password', autocomplete: 'current-password', enterkeyhint: 'next' }, call)}
${textField('off', { name: 'code', label: account.appOffCode, autocomplete: 'one-time-code', enterkeyhint: 'done', maxlength: 64, code: true }, call)}
<button class="button danger">${account.appOffSubmit}</button>
</form></section>`
}
