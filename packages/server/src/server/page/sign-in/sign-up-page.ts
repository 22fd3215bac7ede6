import { AuthError } from 'countersign/core'
import { html } from 'hono/html'
import * as z from 'zod'
import type { SignedIn } from '../../../session/index.ts'
import { actOf } from '../../../audit/index.ts'
import { displayName, password } from '../../schema.ts'
import type { Services } from '../../services.ts'
import { actionOf, hiddenFields, textField, typedEmail } from '../field.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page, type PageCall, type Redirect } from '../page.ts'
import { deviceOfCall, replaceSession, wayOn } from '../signed-in.ts'
import { attemptOf } from './enter.ts'
import { onTheWay, signInQuery, type SignInQuery } from './query.ts'

const FORM = 'sign_up'

interface Fields {
  readonly name?: string | undefined
  readonly email: string
  readonly password: string
}

/** A new account, and the first session with it. */
export const signUpPage: Page = definePage<SignInQuery>({
  path: '/sign-up',
  access: 'public',
  query: signInQuery,
  forms: {
    [FORM]: defineForm<Fields>({
      act: 'createUser',
      fields: z.strictObject({ name: displayName.optional(), email: typedEmail, password }),
      keeps: ['name', 'email'],
      failed: ({ signIn }) => signIn.signUpFailed,
      blame: ({ code }, { field }) => (code === 'email_taken' ? { email: field.emailTaken } : undefined),
      submit,
    }),
  },
  render(call, services) {
    if (call.session !== undefined) return { to: wayOn(call.query.return_to, call, services) }
    return { title: call.say.signIn.signUpTitle, layout: 'panel', body: panel(call, services) }
  },
})

function panel(call: PageCall<SignInQuery>, { site, config }: Services): Html {
  const { signIn } = call.say
  const hint = signIn.newPasswordHint(config.passwordMinimum)
  return html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${signIn.signUpTitle}</h1><p class="soft">${signIn.signUpLead(site.brand.name)}</p></header>
${errorSummary(call)}
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(FORM, call)}
${textField(FORM, { name: 'name', label: signIn.name, hint: signIn.nameHint, autocomplete: 'name', enterkeyhint: 'next', maxlength: 200, optional: true, autofocus: true }, call)}
${textField(FORM, { name: 'email', label: signIn.email, type: 'email', autocomplete: 'username', inputmode: 'email', enterkeyhint: 'next', maxlength: 254 }, call)}
${textField(FORM, { name: 'password', label: signIn.password, hint, type: 'password', autocomplete: 'new-password', enterkeyhint: 'go' }, call)}
<button class="button">${signIn.signUpSubmit}</button>
</form>
</div>
<p class="small soft centre">${signIn.haveAccount} <a class="target" href="${onTheWay('/sign-in', call.query, call)}">${signIn.title}</a></p>`
}

async function submit({ name, email, password }: Fields, call: PageCall, services: Services): Promise<Redirect> {
  const query = call.query as SignInQuery // its page has one
  await services.accounts.signUp({ email, password, locale: call.locale, ...(name === undefined ? {} : { name }) })
  const { deviceToken } = attemptOf(email, call, services)
  const device = deviceOfCall(call)
  try {
    const signIn = (): Promise<SignedIn> => services.sessions.signIn({ email, password, device, deviceToken })
    await replaceSession(await actOf({ operation: 'signIn', isQuiet: true }, signIn), call, services)
  } catch (error) {
    if (!(error instanceof AuthError) || error.code === 'internal') throw error
    // The account is there: what could not be done now is done at the next sign-in.
    return { to: onTheWay('/sign-in', query, call), flash: { name: 'account_created' } }
  }
  return { to: wayOn(query.return_to, call, services), flash: { name: 'account_created' } }
}
