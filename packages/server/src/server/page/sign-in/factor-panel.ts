import { html } from 'hono/html'
import type { FactorKind } from '../../../session/index.ts'
import { actionOf, hiddenFields, textField } from '../field.ts'
import type { Html } from '../html.ts'
import type { PageCall } from '../page.ts'
import { passkeyForm, type PasskeyForm, withoutPasskeys } from '../passkey/passkey-form.ts'
import { onTheWay, type SignInQuery, usingRecoveryCode } from './query.ts'

/** How a second factor is asked for: at a sign-in, and once more by somebody who is signed in. */
export interface FactorWay {
  readonly path: string
  /** What is asked for first. */
  readonly main: FactorKind
  readonly factors: readonly FactorKind[]
  readonly passkey: Pick<PasskeyForm, 'from' | 'asking' | 'again'>
  readonly submit: string
}

/** The forms bear the names of the factors. */
export const CODE = 'code'
export const RECOVERY = 'recovery_code'
export const PASSKEY = 'factor_passkey'

/** What the reader has chosen; otherwise the app, then a passkey. */
export function mainFactor(factors: readonly FactorKind[], call: PageCall<SignInQuery>): FactorKind {
  if (call.query.use === 'recovery_code' || call.sent?.form === RECOVERY) return 'recovery_code'
  if (factors.includes('totp')) return 'totp'
  return factors.includes('passkey') ? 'passkey' : 'recovery_code'
}

export function factorForms(way: FactorWay, call: PageCall<SignInQuery>): Html {
  const { main, factors } = way
  const { signIn, passkey } = call.say
  const byPasskey = (isMain: boolean): Html => passkeyForm({ form: PASSKEY, kind: 'get', label: passkey.use, isMain, ...way.passkey }, call)
  if (main === 'recovery_code') return html`${typedForm(RECOVERY, recoveryField(call), way, call)}${back(way, call)}`
  if (main === 'passkey') {
    return html`${byPasskey(true)}${withoutPasskeys(call)}${factors.includes('recovery_code') ? recovery(way, call) : ''}`
  }
  const other = factors.includes('passkey')
    ? html`<div class="stack" data-needs-passkey hidden><div class="or">${signIn.or}</div>${byPasskey(false)}</div>`
    : ''
  return html`${typedForm(CODE, appField(call), way, call)}${other}${recovery(way, call)}`
}

const typedForm = (form: string, field: Html, { submit }: FactorWay, call: PageCall): Html =>
  html`<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(form, call)}
${field}
<button class="button">${submit}</button>
</form>`

const appField = (call: PageCall): Html =>
  textField(
    CODE,
    {
      name: 'code',
      label: call.say.signIn.code,
      hint: call.say.signIn.codeHint,
      autocomplete: 'one-time-code',
      inputmode: 'numeric',
      enterkeyhint: 'go',
      maxlength: 16,
      code: true,
      autofocus: true,
    },
    call,
  )

const recoveryField = (call: PageCall): Html =>
  textField(
    RECOVERY,
    {
      name: 'code',
      label: call.say.signIn.recovery,
      hint: call.say.signIn.recoveryHint,
      autocomplete: 'off',
      enterkeyhint: 'go',
      maxlength: 64,
      code: true,
      autofocus: true,
    },
    call,
  )

function recovery({ path, main }: FactorWay, call: PageCall<SignInQuery>): Html {
  const { signIn } = call.say
  const question = main === 'passkey' ? signIn.noPasskey : signIn.noApp
  return html`<p class="small soft">${question} <a class="target" href="${usingRecoveryCode(path, call.query, call)}">${signIn.useRecovery}</a></p>`
}

function back({ path, factors }: FactorWay, call: PageCall<SignInQuery>): Html {
  const { signIn, passkey } = call.say
  const here = onTheWay(path, call.query, call)
  if (factors.includes('totp'))
    return html`<p class="small soft">${signIn.foundApp} <a class="target" href="${here}">${signIn.useApp}</a></p>`
  return factors.includes('passkey') ? html`<p class="small soft"><a class="target" href="${here}">${passkey.use}</a></p>` : html``
}
