import { html } from 'hono/html'
import { fieldId } from './field.ts'
import type { Html } from './html.ts'
import type { PageCall } from './page.ts'

export interface SelectField {
  readonly name: string
  readonly label: string
  readonly options: ReadonlyArray<{ readonly value: string; readonly label: string }>
  /** What is chosen before anybody has chosen. */
  readonly value: string
}

const sentValue = (form: string, name: string, { sent }: PageCall): string | undefined =>
  sent?.form === form ? sent.values[name] : undefined

/** One of a few. */
export function selectField(form: string, { name, label, options, value }: SelectField, call: PageCall): Html {
  const chosen = sentValue(form, name, call) ?? value
  const id = fieldId(form, name)
  return html`<div><label for="${id}">${label}</label>
<select id="${id}" name="${name}" autocomplete="off">${options.map((option) => html`<option value="${option.value}"${option.value === chosen ? html` selected` : ''}>${option.label}</option>`)}</select></div>`
}

/** Yes, or nothing. */
export function checkField(form: string, { name, label }: { readonly name: string; readonly label: string }, call: PageCall): Html {
  const id = fieldId(form, name)
  return html`<label class="check" for="${id}"><input id="${id}" type="checkbox" name="${name}" value="yes" autocomplete="off"${sentValue(form, name, call) === 'yes' ? html` checked` : ''}><span>${label}</span></label>`
}
