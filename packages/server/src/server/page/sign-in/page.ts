import { html } from 'hono/html'
import * as z from 'zod'
import type { Authentication, PasskeyAssertion } from '../../../session/index.ts'
import { passkeyAssertion } from '../../passkey-schema.ts'
import { password } from '../../schema.ts'
import type { Services } from '../../services.ts'
import { actionOf, hiddenFields, textField, typedEmail } from '../field.ts'
import { providerButtons } from '../federation/provider-buttons.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary, statusNotice } from '../layout.ts'
import { type AnyForm, defineForm, definePage, type Page, type PageCall } from '../page.ts'
import { passkeyForm } from '../passkey/passkey-form.ts'
import { passkeyReason, typedPasskey } from '../passkey/typed-passkey.ts'
import { returnAddress } from '../return-address.ts'
import { wayOn } from '../signed-in.ts'
import { attemptOf, enter } from './enter.ts'
import { onTheWay, signInQuery, type SignInQuery } from './query.ts'
import { stepUpForms, stepUpView } from './step-up.ts'

const FORM = 'sign_in'
const PASSKEY = 'passkey'

interface Fields {
  readonly email: string
  readonly password: string
}

const byPassword: AnyForm = defineForm<Fields>({
  act: 'signIn',
  fields: z.strictObject({ email: typedEmail, password }),
  keeps: ['email'],
  failed: ({ signIn }) => signIn.failed,
  async submit({ email, password: given }, call, services) {
    const { accounts, sessions, throttle } = services
    const attempt = attemptOf(email, call, services)
    let proven: Authentication | undefined
    return enter(
      {
        account: email,
        open: (request) =>
          throttle.guard(attempt, async () => {
            proven = await accounts.authenticate(email, given)
            return sessions.open(proven, request)
          }),
        first: () => proven && { proven },
      },
      call.query as SignInQuery, // its page has one
      call,
      services,
    )
  },
})

/** Who it is stands in what the passkey has signed: two factors in one. */
const byPasskey: AnyForm = defineForm<{ readonly passkey: PasskeyAssertion }>({
  act: 'signIn',
  fields: z.strictObject({ passkey: typedPasskey(passkeyAssertion) }),
  keeps: [],
  failed: ({ signIn }) => signIn.failed,
  reason: passkeyReason,
  async submit({ passkey }, call, services) {
    const { passkeySignIn, sessions } = services
    const proven = await passkeySignIn.authenticate(passkey)
    return enter(
      { account: proven.user, open: (request) => sessions.open(proven, request), first: () => undefined },
      call.query as SignInQuery, // its page has one
      call,
      services,
    )
  },
})

/** E-mail address and password, or a passkey, or a mail; what the account wants beside them is the next page. */
export const signInPage: Page = definePage<SignInQuery>({
  path: '/sign-in',
  access: 'public',
  query: signInQuery,
  forms: { [FORM]: byPassword, [PASSKEY]: byPasskey, ...stepUpForms },
  render(call, services) {
    if (call.session === undefined) {
      return { title: call.say.signIn.title, layout: 'panel', body: panel(call, services), script: 'passkey' }
    }
    return call.query.step_up === undefined ? { to: wayOn(call.query.return_to, call, services) } : stepUpView(call, services)
  },
})

function panel(call: PageCall<SignInQuery>, services: Services): Html {
  const { signIn } = call.say
  const forgotten = call.offers('/reset') ? html`<a class="small target" href="${call.link('/reset')}">${signIn.forgotten}</a>` : undefined
  return html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${signIn.title}</h1>${lead(call, services)}</header>
${errorSummary(call)}
${statusNotice(noticeOf(call))}
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(FORM, call)}
${textField(FORM, { name: 'email', label: signIn.email, type: 'email', autocomplete: 'username webauthn', inputmode: 'email', enterkeyhint: 'next', maxlength: 254, autofocus: true, ...(call.flash?.email === undefined ? {} : { value: call.flash.email }) }, call)}
${textField(FORM, { name: 'password', label: signIn.password, type: 'password', autocomplete: 'current-password', enterkeyhint: 'go', ...(forgotten === undefined ? {} : { beside: forgotten }) }, call)}
<button class="button">${signIn.submit}</button>
</form>
${otherWays(call)}
${providerButtons(call, services)}
${call.offers('/magic') ? html`<p class="small soft">${signIn.noPassword} <a class="target" href="${onTheWay('/magic', call.query, call)}">${signIn.mailCode}</a></p>` : ''}
</div>
${call.offers('/sign-up') ? html`<p class="small soft centre">${signIn.newHere} <a class="target" href="${onTheWay('/sign-up', call.query, call)}">${signIn.signUp}</a></p>` : ''}`
}

/**
 * What signs somebody in without a password: a button each, below one line. A passkey that was refused a moment ago is not offered by itself
 * again: where it is the only one, browsers may go round in circles.
 */
const otherWays = (call: PageCall<SignInQuery>): Html => html`<div class="stack" data-needs-passkey hidden>
<div class="or">${call.say.signIn.or}</div>
${passkeyForm({ form: PASSKEY, kind: 'get', label: call.say.passkey.use, from: '/v1/passkey-challenges', asking: {}, isConditional: call.sent?.form !== PASSKEY }, call)}
</div>`

/** Who asks for the sign-in, where that is somebody else than we. */
function lead({ say, query }: PageCall<SignInQuery>, { config, site }: Services): Html {
  const address = returnAddress(query.return_to, config.issuer, config.origins)
  if (address === undefined || address.startsWith('/')) return html`<p class="soft">${say.signIn.lead(site.brand.name)}</p>`
  return html`<p class="soft">${say.signIn.leadElsewhere} <strong>${new URL(address).host}</strong></p>`
}

function noticeOf({ flash, say: { signIn, account, link } }: PageCall): string | undefined {
  switch (flash?.name) {
    case 'signed_out':
      return signIn.signedOut
    case 'code_over':
      return signIn.codeOver
    case 'account_created':
      return account.welcome
    case 'password_reset':
      return link.resetDone
    case 'email_verified':
      return link.verified
    case 'email_changed':
      return link.changed
    case 'disowned':
      return link.notMeDone
    default:
      return undefined
  }
}
