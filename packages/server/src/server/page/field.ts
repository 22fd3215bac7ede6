import { html } from 'hono/html'
import * as z from 'zod'
import type { Html } from './html.ts'
import type { PageCall } from './page.ts'

/** Bounded; what makes an address is the account's to say, which has the sentence for it. */
export const typedEmail: z.ZodType<string> = z.string().min(1).max(254)

/** A field as a person sees it: label above, hint below, what is wrong with it below that. */
export interface TextField {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly type?: 'text' | 'email' | 'password'
  /** HTML living standard, autofill: what password managers and phones go by. */
  readonly autocomplete: string
  readonly inputmode?: 'email' | 'numeric' | 'text'
  readonly enterkeyhint?: 'next' | 'done' | 'go' | 'send'
  readonly maxlength?: number
  readonly optional?: true
  /** The first thing to do on the page. Where something is wrong, the summary of that comes first. */
  readonly autofocus?: true
  /** Typed as it is read: in a fixed pitch. */
  readonly code?: true
  /** What stands beside the label, such as a link. */
  readonly beside?: Html
  /** What stands there before anything was typed. */
  readonly value?: string
}

/** Of the form of this name, with what was typed before. A password or a code is never put back. */
export function textField(form: string, field: TextField, call: PageCall): Html {
  const { name, label, hint, type = 'text', beside, optional, autofocus, code } = field
  const sent = call.sent?.form === form ? call.sent : undefined
  const error = sent?.errors[name]
  const id = fieldId(form, name)
  const described = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`]
    .filter((each) => each !== '')
    .join(' ')
  const value = type === 'password' || code === true ? undefined : (sent?.values[name] ?? field.value)
  const labelled = html`<label for="${id}">${label}${optional === true ? html` <span class="soft small">(${call.say.page.optional})</span>` : ''}</label>`
  return html`<div>
${beside === undefined ? labelled : html`<div class="row">${labelled}${beside}</div>`}
<input id="${id}" name="${name}" type="${type}"${code === true ? html` class="code"` : ''} autocomplete="${field.autocomplete}"${attribute('inputmode', field.inputmode)}${attribute('enterkeyhint', field.enterkeyhint)}${attribute('maxlength', field.maxlength)}${attribute('value', value)}${typed(type, code)}${optional === true ? '' : html` required`}${attribute('aria-describedby', described || undefined)}${error === undefined ? '' : html` aria-invalid="true"`}${autofocus === true && call.sent === undefined ? html` autofocus` : ''}>
${hint === undefined ? '' : html`<p class="hint" id="${id}-hint">${hint}</p>`}
${error === undefined ? '' : html`<p class="error" id="${id}-error">${error}</p>`}
</div>`
}

/** One page may hold several forms that have a field of the same name. */
export const fieldId = (form: string, name: string): string => `${form}-${name}`

const attribute = (name: string, value: string | number | undefined): Html | '' => (value === undefined ? '' : html` ${name}="${value}"`)

/** Nothing corrects or capitalises what has to be exact. */
const typed = (type: string, code: true | undefined): Html | '' =>
  type === 'text' && code !== true ? '' : html` autocapitalize="none" autocorrect="off" spellcheck="false"`

/** What every form sends beside its fields. */
export const hiddenFields = (form: string, call: PageCall): Html =>
  html`<input type="hidden" name="form" value="${form}"><input type="hidden" name="csrf" value="${call.csrf}">`

/** A form whose only field is its button, with facts that it carries. */
export function buttonForm(form: string, button: Html, call: PageCall, carried: Readonly<Record<string, string>> = {}): Html {
  const fields = Object.entries(carried).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
  return html`<form method="post" action="${actionOf(call)}">${hiddenFields(form, call)}${fields}${button}</form>`
}

/** The page's own address, with what was asked of it: a form comes back to the same page. The language is the browser's to remember. */
export function actionOf({ request, link }: Pick<PageCall, 'request' | 'link'>): string {
  const url = new URL(request.url)
  url.searchParams.delete('lang')
  return link(url.pathname + url.search)
}
