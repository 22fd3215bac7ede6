import { html } from 'hono/html'
import * as z from 'zod'
import type { FactorProof } from '../../../session/index.ts'
import { totpCode } from '../../factor-schema.ts'
import type { Services } from '../../services.ts'
import { actionOf, hiddenFields, textField } from '../field.ts'
import type { FieldSentences } from '../form-error.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { bindingOf } from '../open-call.ts'
import { type AnyForm, defineForm, definePage, type Page, type PageCall, type Redirect } from '../page.ts'
import { deviceOfCall, replaceSession, wayOn } from '../signed-in.ts'
import { attemptOf } from './page.ts'
import { onTheWay, signInMembers, type SignInQuery } from './query.ts'
import { type SignInStep, stepOf } from './step.ts'

type CodeQuery = SignInQuery & { readonly use?: 'recovery_code' | undefined }

const codeQuery: z.ZodType<CodeQuery> = z.strictObject({ ...signInMembers, use: z.literal('recovery_code').optional() })

const readStep = (call: PageCall, { site }: Services): SignInStep | undefined => stepOf(site.signInStep.read(call.request, bindingOf(call)))

/** The second factor of a sign-in whose password was right. */
export const signInCodePage: Page = definePage<CodeQuery>({
  path: '/sign-in/code',
  access: 'public',
  query: codeQuery,
  forms: {
    code: codeForm('code', (code) => ({ totpCode: code })),
    recovery_code: codeForm('recovery_code', (code) => ({ recoveryCode: code })),
  },
  render(call, services) {
    const step = readStep(call, services)
    if (step === undefined) return { to: onTheWay('/sign-in', call.query, call), flash: { name: 'code_over' } }
    const usesApp = step.factors.includes('totp') && call.query.use === undefined && call.sent?.form !== 'recovery_code'
    const { signIn } = call.say
    return { title: usesApp ? signIn.codeTitle : signIn.recoveryTitle, layout: 'panel', body: panel(usesApp, step, call, services) }
  },
})

function panel(usesApp: boolean, step: SignInStep, call: PageCall<CodeQuery>, { site }: Services): Html {
  const { signIn } = call.say
  return html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${usesApp ? signIn.codeTitle : signIn.recoveryTitle}</h1><p class="soft">${usesApp ? signIn.codeLead : signIn.recoveryLead}</p></header>
${errorSummary(call)}
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${usesApp ? appField(call) : recoveryField(call)}
<button class="button">${signIn.codeSubmit}</button>
</form>
${step.factors.includes('totp') ? otherWay(usesApp, call) : ''}
</div>
<p class="small soft centre"><a class="target" href="${onTheWay('/sign-in', call.query, call)}">${signIn.startOver}</a></p>`
}

const appField = (call: PageCall): Html =>
  html`${hiddenFields('code', call)}${textField('code', { name: 'code', label: call.say.signIn.code, hint: call.say.signIn.codeHint, autocomplete: 'one-time-code', inputmode: 'numeric', enterkeyhint: 'go', maxlength: 16, code: true, autofocus: true }, call)}`

const recoveryField = (call: PageCall): Html =>
  html`${hiddenFields('recovery_code', call)}${textField('recovery_code', { name: 'code', label: call.say.signIn.recovery, hint: call.say.signIn.recoveryHint, autocomplete: 'off', enterkeyhint: 'go', maxlength: 64, code: true, autofocus: true }, call)}`

function otherWay(usesApp: boolean, call: PageCall<CodeQuery>): Html {
  const { signIn } = call.say
  const here = onTheWay('/sign-in/code', call.query, call)
  if (!usesApp) return html`<p class="small soft">${signIn.foundApp} <a class="target" href="${here}">${signIn.useApp}</a></p>`
  const other = `${here}${here.includes('?') ? '&' : '?'}use=recovery_code`
  return html`<p class="small soft">${signIn.noApp} <a class="target" href="${other}">${signIn.useRecovery}</a></p>`
}

interface Fields {
  readonly code: string
}

function codeForm(kind: 'code' | 'recovery_code', proofOf: (code: string) => FactorProof): AnyForm {
  return defineForm<Fields>({
    fields: z.strictObject({ code: totpCode }),
    keeps: [],
    failed: ({ signIn }) => signIn.failed,
    blame: ({ code }, { field }): FieldSentences | undefined =>
      code === 'credentials_invalid' ? { code: kind === 'code' ? field.code : field.recoveryCode } : undefined,
    submit: ({ code }, call, services) => submit(proofOf(code), call, services),
  })
}

async function submit(factor: FactorProof, call: PageCall, services: Services): Promise<Redirect> {
  const query = call.query as CodeQuery // its page has one
  const step = readStep(call, services)
  if (step === undefined) return { to: onTheWay('/sign-in', query, call), flash: { name: 'code_over' } }
  const { email, proven } = step
  const attempt = attemptOf(email, call, services)
  const device = deviceOfCall(call)
  const tokens = await services.throttle.guard(attempt, () =>
    services.sessions.open(proven, { device, deviceToken: attempt.deviceToken, factor }),
  )
  services.site.signInStep.clear(call.headers)
  await replaceSession(tokens, call, services)
  return { to: wayOn(query.return_to, call, services) }
}
