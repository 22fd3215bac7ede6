import { AuthError } from 'countersign/core'
import { html } from 'hono/html'
import * as z from 'zod'
import { endpoints, type WaitingDevice } from '../../../oauth/index.ts'
import { browserSession, oauthRequest, server } from '../../oauth-endpoint.ts'
import type { Services } from '../../services.ts'
import { actionOf, buttonForm, hiddenFields, textField } from '../field.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary, statusNotice } from '../layout.ts'
import { defineForm, definePage, type Page, type PageCall, type Redirect } from '../page.ts'
import { signedIn } from '../signed-in.ts'
import { clientFacts } from './client-facts.ts'
import { askScopes } from './scope-list.ts'

const PATH = endpoints.code_verification
const userCode = z.string().min(1).max(32)

interface Query {
  readonly user_code?: string | undefined
}

/** Where somebody types what a device without a browser shows them (RFC 8628 section 3.3). */
export const devicePage: Page = definePage<Query>({
  path: PATH,
  access: 'session',
  query: z.strictObject({ user_code: userCode.optional() }),
  forms: {
    code: defineForm<{ readonly user_code: string }>({
      fields: z.strictObject({ user_code: userCode }),
      keeps: [],
      failed: ({ consent }) => consent.deviceFailed,
      blame: ({ code }, { consent }) => (code === 'link_invalid' ? { user_code: consent.deviceWrong } : undefined),
      async submit({ user_code: code }, call, services) {
        await deviceOf(code, call, services)
        return { to: call.link(`${PATH}?user_code=${encodeURIComponent(code)}`) }
      },
    }),
    allow: decision(true),
    deny: decision(false),
  },
  async render(call, services) {
    const { consent } = call.say
    const { user_code: code } = call.query
    const device = code === undefined || call.sent?.code === 'link_invalid' ? undefined : await shown(code, call, services)
    const body = device === undefined || code === undefined ? askCode(call, services) : await confirm(code, device, call, services)
    return { title: consent.deviceTitle, layout: 'panel', body }
  },
})

function decision(isAllowed: boolean) {
  return defineForm<{ readonly user_code: string }>({
    act: isAllowed ? 'allowDevice' : 'denyDevice',
    fields: z.strictObject({ user_code: userCode }),
    keeps: [],
    failed: ({ consent }) => consent.deviceFailed,
    async submit({ user_code: code }, call, services): Promise<Redirect> {
      await deviceOf(code, call, services)
      const isDecided = await server(services).decideDevice(await asked(call), code, isAllowed, browserSession(signedIn(call)))
      if (!isDecided) throw new AuthError('link_invalid')
      return { to: call.link(PATH), flash: { name: isAllowed ? 'device_connected' : 'device_denied' } }
    },
  })
}

const asked = ({ request, client, session }: PageCall) =>
  oauthRequest(new Request(request.url, { headers: request.headers }), client, session)

/**
 * The code is short, so that it can be typed: whoever tries many is held up.
 *
 * @throws {AuthError} `link_invalid`, `rate_limited`.
 */
function deviceOf(code: string, call: PageCall, services: Services): Promise<WaitingDevice> {
  const attempt = { account: `device ${signedIn(call).session.user}`, address: call.client.address, isSignedIn: true }
  return services.throttle.guard(attempt, async () => {
    const device = await server(services).findDevice(await asked(call), code)
    if (device === undefined) throw new AuthError('link_invalid')
    return device
  })
}

/** A link that brings the code along shows the question at once; a wrong one the empty field. */
async function shown(code: string, call: PageCall, services: Services): Promise<WaitingDevice | undefined> {
  try {
    return await deviceOf(code, call, services)
  } catch (error) {
    if (error instanceof AuthError && error.code === 'link_invalid') return undefined
    throw error
  }
}

function askCode(call: PageCall, { site }: Services): Html {
  const { consent } = call.say
  return html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${consent.deviceTitle}</h1><p class="soft">${consent.deviceLead}</p></header>
${errorSummary(call)}
${statusNotice(noticeOf(call))}
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields('code', call)}
${textField('code', { name: 'user_code', label: consent.deviceCode, autocomplete: 'off', enterkeyhint: 'next', maxlength: 32, code: true, autofocus: true }, call)}
<button class="button">${consent.deviceSubmit}</button>
</form>
</div>`
}

async function confirm(code: string, { client: id, scopes }: WaitingDevice, call: PageCall, services: Services): Promise<Html> {
  const { consent } = call.say
  const client = await services.oauthClients.find(id)
  const { name } = client
  return html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${consent.title(name)}</h1><p class="soft">${consent.lead(name)}</p></header>
${errorSummary(call)}
${askScopes(scopes, call)}
${clientFacts(client, call, undefined)}
<p>${consent.deviceConfirm} <code>${code.toUpperCase()}</code></p>
${buttonForm('allow', html`<button class="button">${consent.allow}</button>`, call, { user_code: code })}
${buttonForm('deny', html`<button class="button quiet">${consent.deny}</button>`, call, { user_code: code })}
</div>`
}

function noticeOf({ flash, say: { consent } }: PageCall): string | undefined {
  if (flash?.name === 'device_connected') return consent.deviceDone
  return flash?.name === 'device_denied' ? consent.deviceDenied : undefined
}
