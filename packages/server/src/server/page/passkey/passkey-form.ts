import { html } from 'hono/html'
import { actionOf, hiddenFields } from '../field.ts'
import type { Html } from '../html.ts'
import type { PageCall } from '../page.ts'

export interface PasskeyForm {
  /** The form that is sent with what the passkey has signed, in its field `passkey`. */
  readonly form: string
  readonly kind: 'get' | 'create'
  readonly label: string
  /** The main thing to do on the page. */
  readonly isMain?: boolean
  /** Operation of the API that gives the options for the browser. */
  readonly from: string
  /** What that operation is asked with. */
  readonly asking?: Readonly<Record<string, unknown>>
  /** The browser may offer its passkeys by itself, at a field with `autocomplete="webauthn"`. */
  readonly isConditional?: boolean
  /** Where to go when that operation wants a fresh sign-in. */
  readonly again?: string
  /** Above the button. */
  readonly fields?: Html
}

/** A form that a passkey fills in. Without JavaScript, or in a browser without passkeys, it is not shown. */
export function passkeyForm({ form, kind, label, isMain, from, asking, isConditional, again, fields }: PasskeyForm, call: PageCall): Html {
  const { passkey } = call.say
  const data = (name: string, value: string | undefined): Html | '' => (value === undefined ? '' : html` data-${name}="${value}"`)
  return html`<form class="stack" method="post" action="${actionOf(call)}" novalidate hidden data-needs-passkey data-passkey="${kind}"${data('url', call.link(from))}${data('body', asking && JSON.stringify(asking))}${data('again', again)}${isConditional === true ? html` data-conditional` : ''}>
${hiddenFields(form, call)}
<input type="hidden" name="passkey" value="">
${fields ?? ''}
<button class="button${isMain === true ? '' : ' quiet'}">${label}</button>
<p class="error" role="alert" data-say="cancelled" hidden>${passkey.cancelled}</p>
<p class="error" role="alert" data-say="known" hidden>${passkey.known}</p>
</form>`
}

/** Instead of it, where there is no other way. */
export const withoutPasskeys = (call: PageCall): Html => html`<p class="soft" data-without-passkey>${call.say.passkey.needsScript}</p>`
