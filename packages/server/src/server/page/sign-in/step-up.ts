import { html } from 'hono/html'
import * as z from 'zod'
import { CONSENT_PATH } from '../../../oauth/index.ts'
import type { FactorKind, StepUpRequest } from '../../../session/index.ts'
import { password } from '../../schema.ts'
import type { Services } from '../../services.ts'
import { accountFor } from '../account/part.ts'
import { actionOf, hiddenFields, textField } from '../field.ts'
import { confirmButtons } from '../federation/provider-buttons.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { type AnyForm, defineForm, type PageCall, type Redirect, type View } from '../page.ts'
import { deviceOfCall, giveTokens, signedIn, signedInUser, wayOn } from '../signed-in.ts'
import { letGoOn } from '../waiting-form.ts'
import { factorFormsFor } from './factor-form.ts'
import { factorForms, mainFactor } from './factor-panel.ts'
import type { SignInQuery } from './query.ts'

/** Somebody who is signed in shows once more who they are: the session goes on, and so does what they were about to do. */

const PASSWORD = 'confirm_password'

type Proof = Pick<StepUpRequest, 'first' | 'factor'>

export const stepUpForms: Readonly<Record<string, AnyForm>> = {
  [PASSWORD]: defineForm<{ readonly password: string }>({
    act: 'authenticateAgain',
    fields: z.strictObject({ password }),
    keeps: [],
    failed: ({ signIn }) => signIn.stepUpFailed,
    blame: ({ code }, { field }) => (code === 'credentials_invalid' ? { password: field.currentPassword } : undefined),
    submit: ({ password: given }, call, services) => confirm({ first: { password: given } }, call, services),
  }),
  ...factorFormsFor(
    'authenticateAgain',
    ({ signIn }) => signIn.stepUpFailed,
    (factor, call, services) => confirm({ factor }, call, services),
  ),
}

async function confirm(proof: Proof, call: PageCall, services: Services): Promise<Redirect> {
  const { id: session, user } = signedIn(call).session
  const tokens = await services.stepUp.reauthenticate({ session, user, device: deviceOfCall(call), ...proof })
  await giveTokens(tokens, call, services)
  const { return_to: returnTo } = call.query as SignInQuery // its page has one
  const to = wayOn(returnTo, call, services)
  letGoOn(to, call, services)
  return { to }
}

export async function stepUpView(call: PageCall<SignInQuery>, services: Services): Promise<View> {
  const { email, id } = await signedInUser(call, services)
  const factors = (await factorsOf(id, services)).filter((kind) => call.query.acr !== 'phr' || kind === 'passkey')
  const { signIn, page } = call.say
  const body = html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${signIn.stepUpTitle}</h1><p class="soft">${call.query.return_to === CONSENT_PATH ? signIn.stepUpLeadApp : signIn.stepUpLead}</p></header>
${errorSummary(call)}
<p class="whom"><strong>${email}</strong></p>
${factors.length === 0 ? html`${passwordForm(email, call)}${await confirmButtons(id, call, services)}` : factorPart(factors, call)}
<p><a class="button quiet" href="${call.link('/account')}">${page.cancel}</a></p>
</div>
<div class="small soft centre">${signIn.notYou(email)} ${signOutForm(call)}</div>`
  return { title: signIn.stepUpTitle, layout: 'panel', body, ...(factors.length === 0 ? {} : { script: 'passkey' }) }
}

const passwordForm = (email: string, call: PageCall): Html => html`<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(PASSWORD, call)}
${accountFor(email)}
${textField(PASSWORD, { name: 'password', label: call.say.signIn.password, hint: call.say.signIn.stepUpNoPassword, type: 'password', autocomplete: 'current-password', enterkeyhint: 'go', autofocus: true }, call)}
<button class="button">${call.say.signIn.stepUpSubmit}</button>
</form>`

function factorPart(factors: readonly FactorKind[], call: PageCall<SignInQuery>): Html {
  const main = mainFactor(factors, call)
  return factorForms(
    { path: '/sign-in', main, factors, passkey: { from: '/v1/me/passkey-challenges' }, submit: call.say.signIn.stepUpSubmit },
    call,
  )
}

const signOutForm = (call: PageCall): Html =>
  html`<form class="inline" method="post" action="${call.link('/sign-out')}">${hiddenFields('sign_out', call)}<button class="link target">${call.say.page.signOut}</button></form>`

/** What the account has beside its password: whoever has one is asked for that, as a sign-in would ask. */
export async function factorsOf(user: string, { store, passkeys }: Services): Promise<readonly FactorKind[]> {
  const [app, kept] = await Promise.all([store.factors.find(user), passkeys.list(user)])
  const own: readonly FactorKind[] = [
    ...(app?.confirmedAt === undefined ? [] : ['totp' as const]),
    ...(kept.length === 0 ? [] : ['passkey' as const]),
  ]
  return own.length === 0 ? [] : [...own, 'recovery_code']
}
