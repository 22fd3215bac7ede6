import { html } from 'hono/html'
import * as z from 'zod'
import type { MagicProof } from '../../../account/link/index.ts'
import { secretText } from '../../schema.ts'
import type { Services } from '../../services.ts'
import { actionOf, buttonForm, hiddenFields, textField } from '../field.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { bindingOf } from '../open-call.ts'
import { defineForm, definePage, type Page, type PageCall, type Redirect, type View } from '../page.ts'
import { enter } from '../sign-in/enter.ts'
import { onTheWay, signInMembers, type SignInQuery } from '../sign-in/query.ts'
import { wayOn } from '../signed-in.ts'
import { ASK, type AskFields, askFields, askPanel, backToSignIn } from './ask.ts'
import { shownLink } from './shown-link.ts'

const PATH = '/magic'
const USE = 'use'
const CODE = 'code'

interface MagicQuery extends SignInQuery {
  readonly token?: string | undefined
  readonly again?: 'yes' | undefined
}

const magicQuery: z.ZodType<MagicQuery> = z.strictObject({
  ...signInMembers,
  token: secretText.optional(),
  again: z.literal('yes').optional(),
})

/** What this browser was given when it asked for a mail. */
const askedSchema = z.strictObject({ request: z.string(), return_to: z.string().optional() })
type Asked = z.infer<typeof askedSchema>

const readAsked = (call: PageCall, { site }: Services): Asked | undefined =>
  askedSchema.safeParse(site.magicRequest.read(call.request, bindingOf(call))).data

/** Signs in whoever reads the mail of the account: asks for that mail, takes the code that stands in it, and is where its link leads. */
export const magicPage: Page = definePage<MagicQuery>({
  path: PATH,
  access: 'public',
  query: magicQuery,
  isServed: ({ config, mail }) => config.magicLinks && mail.isAvailable,
  forms: {
    [ASK]: defineForm<AskFields>({ fields: askFields, keeps: ['email'], failed: ({ link }) => link.askFailed, submit: ask }),
    [CODE]: defineForm<{ readonly code: string }>({
      act: 'confirmMagicLink',
      fields: z.strictObject({ code: z.string().min(1).max(64) }),
      keeps: [],
      failed: ({ signIn }) => signIn.failed,
      blame: ({ code }, { field }) => (code === 'link_invalid' ? { code: field.mailCode } : undefined),
      async submit({ code }, call, services) {
        const asked = readAsked(call, services)
        if (asked === undefined) return { to: onTheWay(PATH, call.query as MagicQuery, call) }
        return use({ request: asked.request, code }, call, services)
      },
    }),
    [USE]: defineForm({
      act: 'confirmMagicLink',
      fields: z.strictObject({}),
      keeps: [],
      failed: ({ signIn }) => signIn.failed,
      submit: (_fields, call, services) => use({ token: (call.query as MagicQuery).token ?? '' }, call, services),
    }),
  },
  async render(call, services) {
    const { token, again, return_to: returnTo } = call.query
    const shown = token === undefined ? undefined : await shownLink(token, ['magic_link'], services)
    if (shown !== undefined) return usePanel(shown.email, call, services)
    if (call.session !== undefined && token === undefined) return { to: wayOn(returnTo, call, services) }
    const { link } = call.say
    const isSent = token === undefined && again === undefined && call.sent?.form !== ASK
    if (isSent && readAsked(call, services) !== undefined) return codePanel(call, services)
    const words = { title: link.magicAskTitle, lead: link.magicAskLead, isGone: token !== undefined }
    return { title: words.title, layout: 'panel', body: askPanel(words, call, services), ...(words.isGone ? { status: 400 } : {}) }
  },
})

async function ask({ email }: AskFields, call: PageCall, services: Services): Promise<Redirect> {
  const { magicLinks, site } = services
  const { return_to: returnTo } = call.query as MagicQuery // its page has one
  const request = await magicLinks.request({ email, address: call.client.address, locale: call.locale })
  site.magicRequest.set(call.headers, { request, ...(returnTo === undefined ? {} : { return_to: returnTo }) }, bindingOf(call))
  return { to: onTheWay(PATH, { return_to: returnTo }, call) }
}

/** The link may have been opened in the browser that asked for it: then it leads to where that was going. */
async function use(proof: MagicProof, call: PageCall, services: Services): Promise<Redirect> {
  const { magicLinks, site } = services
  const returnTo = (call.query as MagicQuery).return_to ?? readAsked(call, services)?.return_to
  const way = await enter(
    { account: '', open: (request) => magicLinks.signIn(proof, request), first: () => ({ mail: proof }) },
    { return_to: returnTo },
    call,
    services,
  )
  site.magicRequest.clearIfSent(call.request, call.headers)
  return way
}

function usePanel(email: string, call: PageCall, { site }: Services): View {
  const { link } = call.say
  const body = html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${link.magicTitle}</h1><p class="soft">${link.magicLead(email)}</p></header>
${errorSummary(call)}
${buttonForm(USE, html`<button class="button">${link.magicSubmit}</button>`, call)}
</div>`
  return { title: link.magicTitle, layout: 'panel', body }
}

function codePanel(call: PageCall<MagicQuery>, { site }: Services): View {
  const { link } = call.say
  const here = onTheWay(PATH, call.query, call)
  const again = `${here}${here.includes('?') ? '&' : '?'}again=yes`
  const body: Html = html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${link.sentTitle}</h1><p class="soft">${link.sentMagic}</p></header>
${errorSummary(call)}
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(CODE, call)}
${textField(CODE, { name: 'code', label: link.magicCode, hint: link.magicCodeHint, autocomplete: 'one-time-code', enterkeyhint: 'go', maxlength: 16, code: true, autofocus: true }, call)}
<button class="button">${link.magicCodeSubmit}</button>
</form>
<p class="small soft">${link.sentAgain} <a class="target" href="${again}">${link.askAgain}</a>.</p>
</div>
${backToSignIn(call)}`
  return { title: link.sentTitle, layout: 'panel', body }
}
