import { html } from 'hono/html'
import type { FactorKind, FactorProof, SignedIn } from '../../../session/index.ts'
import type { Messages } from '../../message/en.ts'
import type { Services } from '../../services.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { bindingOf } from '../open-call.ts'
import { definePage, type Page, type PageCall, type Redirect } from '../page.ts'
import { replaceSession, wayOn } from '../signed-in.ts'
import { attemptOf, sessionRequest } from './enter.ts'
import { factorFormsFor } from './factor-form.ts'
import { factorForms, mainFactor } from './factor-panel.ts'
import { onTheWay, signInQuery, type SignInQuery } from './query.ts'
import { type SignInStep, stepOf } from './step.ts'

const PATH = '/sign-in/code'

const readStep = (call: PageCall, { site }: Services): SignInStep | undefined => stepOf(site.signInStep.read(call.request, bindingOf(call)))

/** The second factor of a sign-in whose first one was right. */
export const signInCodePage: Page = definePage<SignInQuery>({
  path: PATH,
  access: 'public',
  query: signInQuery,
  forms: factorFormsFor('signIn', ({ signIn }) => signIn.failed, submit),
  render(call, services) {
    const step = readStep(call, services)
    if (step === undefined) return { to: onTheWay('/sign-in', call.query, call), flash: { name: 'code_over' } }
    const main = mainFactor(step.factors, call)
    return { title: factorWords(main, call.say).title, layout: 'panel', body: panel(main, step, call, services), script: 'passkey' }
  },
})

function panel(main: FactorKind, { factors, ticket }: SignInStep, call: PageCall<SignInQuery>, { site }: Services): Html {
  const { signIn } = call.say
  const { title, lead } = factorWords(main, call.say)
  const passkey = { from: '/v1/passkey-challenges', asking: { factor_ticket: ticket } }
  return html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${title}</h1><p class="soft">${lead}</p></header>
${errorSummary(call)}
${factorForms({ path: PATH, main, factors, passkey, submit: signIn.codeSubmit }, call)}
</div>
<p class="small soft centre"><a class="target" href="${onTheWay('/sign-in', call.query, call)}">${signIn.startOver}</a></p>`
}

export function factorWords(main: FactorKind, { signIn, passkey }: Messages): { readonly title: string; readonly lead: string } {
  if (main === 'totp') return { title: signIn.codeTitle, lead: signIn.codeLead }
  if (main === 'passkey') return { title: passkey.factorTitle, lead: passkey.factorLead }
  return { title: signIn.recoveryTitle, lead: signIn.recoveryLead }
}

async function submit(factor: FactorProof, call: PageCall, services: Services): Promise<Redirect> {
  const query = call.query as SignInQuery // its page has one
  const step = readStep(call, services)
  if (step === undefined) return { to: onTheWay('/sign-in', query, call), flash: { name: 'code_over' } }
  const tokens = await opened(step, 'passkey' in factor ? { passkey: factor.passkey } : factor, call, services)
  services.site.signInStep.clear(call.headers)
  await replaceSession(tokens, call, services)
  return { to: wayOn(query.return_to, call, services) }
}

function opened({ account, first }: SignInStep, factor: FactorProof, call: PageCall, services: Services): Promise<SignedIn> {
  const request = { ...sessionRequest(call, services), factor }
  if ('mail' in first) return services.magicLinks.signIn(first.mail, request)
  return services.throttle.guard(attemptOf(account, call, services), () => services.sessions.open(first.proven, request))
}
