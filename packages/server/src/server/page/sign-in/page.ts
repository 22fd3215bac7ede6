import { html } from 'hono/html'
import * as z from 'zod'
import type { Authentication, SignedIn } from '../../../session/index.ts'
import { FactorRequired } from '../../../session/index.ts'
import { password } from '../../schema.ts'
import type { Services } from '../../services.ts'
import { actionOf, hiddenFields, textField, typedEmail } from '../field.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary, statusNotice } from '../layout.ts'
import { bindingOf } from '../open-call.ts'
import { defineForm, definePage, type Page, type PageCall, type Redirect } from '../page.ts'
import { returnAddress } from '../return-address.ts'
import { deviceOfCall, replaceSession, signedInUser, wayOn } from '../signed-in.ts'
import { onTheWay, signInQuery, type SignInQuery } from './query.ts'
import { factsOfStep } from './step.ts'

const FORM = 'sign_in'

interface Fields {
  readonly email: string
  readonly password: string
}

/** E-mail address and password; what the account wants beside them is the next page. */
export const signInPage: Page = definePage<SignInQuery>({
  path: '/sign-in',
  access: 'public',
  query: signInQuery,
  forms: {
    [FORM]: defineForm<Fields>({
      fields: z.strictObject({ email: typedEmail, password }),
      keeps: ['email'],
      failed: ({ signIn }) => signIn.failed,
      submit,
    }),
  },
  async render(call, services) {
    const isStepUp = call.query.step_up !== undefined && call.session !== undefined
    if (call.session !== undefined && !isStepUp) return { to: wayOn(call.query.return_to, call, services) }
    const { signIn } = call.say
    const title = isStepUp ? signIn.stepUpTitle : signIn.title
    const known = isStepUp ? (await signedInUser(call, services)).email : undefined
    return { title, layout: 'panel', body: panel(title, known, call, services) }
  },
})

function panel(title: string, known: string | undefined, call: PageCall<SignInQuery>, services: Services): Html {
  const { say, query } = call
  const { signIn } = say
  const forgotten = call.offers('/reset') ? html`<a class="small target" href="${call.link('/reset')}">${signIn.forgotten}</a>` : undefined
  const canSignUp = call.offers('/sign-up') && known === undefined
  return html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${title}</h1>${lead(known, call, services)}</header>
${errorSummary(call)}
${statusNotice(noticeOf(call))}
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(FORM, call)}
${textField(FORM, { name: 'email', label: signIn.email, type: 'email', autocomplete: 'username webauthn', inputmode: 'email', enterkeyhint: 'next', maxlength: 254, autofocus: true, ...(known === undefined ? {} : { value: known }) }, call)}
${textField(FORM, { name: 'password', label: signIn.password, type: 'password', autocomplete: 'current-password', enterkeyhint: 'go', ...(forgotten === undefined ? {} : { beside: forgotten }) }, call)}
<button class="button">${signIn.submit}</button>
</form>
${call.offers('/magic') ? html`<p class="small soft">${signIn.noPassword} <a href="${onTheWay('/magic', query, call)}">${signIn.mailCode}</a></p>` : ''}
</div>
${canSignUp ? html`<p class="small soft centre">${signIn.newHere} <a class="target" href="${onTheWay('/sign-up', query, call)}">${signIn.signUp}</a></p>` : ''}`
}

/** Who asks for the sign-in, where that is somebody else than we. */
function lead(known: string | undefined, { say, query }: PageCall<SignInQuery>, { config, site }: Services): Html {
  if (known !== undefined) return html`<p class="soft">${say.signIn.stepUpLead}</p>`
  const address = returnAddress(query.return_to, config.issuer, config.origins)
  if (address === undefined || address.startsWith('/')) return html`<p class="soft">${say.signIn.lead(site.brand.name)}</p>`
  return html`<p class="soft">${say.signIn.leadElsewhere} <strong>${new URL(address).host}</strong></p>`
}

function noticeOf({ flash, say }: PageCall): string | undefined {
  if (flash?.name === 'signed_out') return say.signIn.signedOut
  if (flash?.name === 'code_over') return say.signIn.codeOver
  return flash?.name === 'account_created' ? say.account.welcome : undefined
}

async function submit({ email, password }: Fields, call: PageCall, services: Services): Promise<Redirect> {
  const query = call.query as SignInQuery // its page has one
  const { accounts, sessions, throttle, site } = services
  const attempt = attemptOf(email, call, services)
  let proven: Authentication | undefined
  try {
    const tokens = await throttle.guard(attempt, async (): Promise<SignedIn> => {
      proven = await accounts.authenticate(email, password)
      return sessions.open(proven, { device: deviceOfCall(call), deviceToken: attempt.deviceToken })
    })
    await replaceSession(tokens, call, services)
    return { to: wayOn(query.return_to, call, services) }
  } catch (error) {
    if (!(error instanceof FactorRequired) || proven === undefined) throw error
    site.signInStep.set(call.headers, factsOfStep({ email, proven, factors: error.factors }), bindingOf(call))
    return { to: onTheWay('/sign-in/code', query, call) }
  }
}

/** Who tries to sign in, as the throttle counts them. */
export function attemptOf(email: string, { request, client }: PageCall, { sessionCookies }: Services): Attempt {
  return { account: email, address: client.address, deviceToken: sessionCookies.read(request).device }
}

interface Attempt {
  readonly account: string
  readonly address: string | undefined
  readonly deviceToken: string | undefined
}
