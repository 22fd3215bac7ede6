import { html } from 'hono/html'
import type { Html } from '../html.ts'
import type { PageCall } from '../page.ts'

/** What an application asks for: in words where there are some, by its name where it is the operator's own. */
export function askScopes(scopes: readonly string[], { say: { consent } }: PageCall): Html | '' {
  const shown = scopes.filter((scope) => scope !== '')
  if (shown.length === 0) return ''
  const items = shown.map((scope) => {
    const words = Object.hasOwn(consent.scopes, scope) ? consent.scopes[scope] : undefined
    return words === undefined ? html`<li><code>${scope}</code></li>` : html`<li>${words}</li>`
  })
  return html`<div><p>${consent.asks}</p><ul class="asks">${items}</ul></div>`
}
