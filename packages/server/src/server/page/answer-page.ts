import { ENROLMENT } from '../../session/index.ts'
import { AuthError, refusalRow } from 'countersign/core'
import { asRefusal, retryAfterOf } from '../problem-response.ts'
import { isForm, readFormBody } from '../request-body.ts'
import type { Services } from '../services.ts'
import type { Messages } from '../message/en.ts'
import { errorView } from './error-view.ts'
import { actionOf } from './field.ts'
import { factsOfFlash, isSecret } from './flash.ts'
import { blamedField, type FieldSentences, reasonOf, sentencesOf } from './form-error.ts'
import { layout } from './layout.ts'
import { ANYBODY, bindingOf, localCall, openCall, type PageRequest, strangerCall } from './open-call.ts'
import type { AnyForm, Page, PageCall, Redirect, View } from './page.ts'
import { setConsoleHeaders, setPageHeaders } from './page-header.ts'
import { submitRecorded } from './recorded-form.ts'
import { keepWaiting, takeWaiting, type WaitingForm } from './waiting-form.ts'

/** The one field of a form that names it, where the page has several. */
const FORM = 'form'
const CSRF = 'csrf'

/**
 * Answers a request for a page: who looks → what is asked → the page, or the form and the way it leads on. What is refused is told as a page,
 * too. Tells the log of every refusal.
 *
 * @param page Undefined: there is none at this address.
 */
export async function answerPage(page: Page | undefined, given: PageRequest, services: Services): Promise<Response> {
  let call = strangerCall(given, services)
  try {
    call = localCall(call, services)
    if (page === undefined) throw new AuthError('not_found')
    call = await openCall(page, call, given, services)
    if (page.access === 'session' && call.session === undefined) return redirect(signInFirst(call), call, services)
    // Every account must have a second factor, and this one has shown none: there it is set up.
    if (page.access === 'session' && page.enrols !== true && call.session?.principal.acr === ENROLMENT) {
      return redirect({ to: call.link('/account') }, call, services)
    }
    if (call.request.method === 'POST') return await submit(page, call, services)
    const waiting = await takeWaiting(call, services)
    if (waiting !== undefined) return await goOn(page, waiting, call, services)
    return await show(page, call, 200, services)
  } catch (error) {
    return refusePage(error, call, services)
  }
}

/** Tells a person, as a page, why something that is none was refused. */
export function answerRefusal(error: unknown, given: PageRequest, services: Services): Promise<Response> {
  return refusePage(error, localCall(strangerCall(given, services), services), services)
}

/** Shows what is at no address of its own. */
export function answerView(viewOf: (call: PageCall) => View, given: PageRequest, services: Services): Promise<Response> {
  const call = localCall(strangerCall(given, services), services)
  return document(viewOf(call), call, 200, services)
}

async function show(page: Page, call: PageCall, status: number, services: Services): Promise<Response> {
  const shown = await page.render(call, services)
  if ('to' in shown) return redirect(shown, call, services)
  // Nobody has read what a HEAD leaves out.
  if (call.request.method !== 'HEAD') services.site.flash.clearIfSent(call.request, call.headers)
  return document(shown, call, call.sent === undefined ? (shown.status ?? status) : status, services)
}

async function submit(page: Page, call: PageCall, services: Services): Promise<Response> {
  const given = await formOf(call.request)
  const { [CSRF]: csrf, [FORM]: name = '', ...fields } = given
  const form = Object.hasOwn(page.forms, name) ? page.forms[name] : undefined
  try {
    services.csrf.requireCsrf(call.request, csrf, bindingOf(call))
  } catch (error) {
    // Somebody else may have written what is in it: nothing of that is shown.
    if (form === undefined) throw error
    return await sendBack(page, { name, form, fields: {} }, error, call, services)
  }
  if (form === undefined) throw new AuthError('request_invalid', { reason: 'unknown_form' })
  try {
    return redirect(await accepted(form, fields, call, services), call, services)
  } catch (error) {
    return await sendBack(page, { name, form, fields }, error, call, services)
  }
}

/** A form that has waited for its person to show who they are. Its token was right when it was sent. */
async function goOn(page: Page, { form: name, fields }: WaitingForm, call: PageCall, services: Services): Promise<Response> {
  const form = Object.hasOwn(page.forms, name) ? page.forms[name] : undefined
  if (form === undefined) return show(page, call, 200, services)
  try {
    return redirect(await accepted(form, fields, call, services), call, services)
  } catch (error) {
    return await sendBack(page, { name, form, fields }, error, call, services)
  }
}

async function formOf(request: Request): Promise<Readonly<Record<string, string>>> {
  if (!isForm(request)) throw new AuthError('content_type_unsupported')
  return readFormBody(request)
}

/** Somebody else may have chosen it. */
const LONGEST_LOGGED = 128

/** Findings of the form's own schema. */
class FieldsRefused extends AuthError {
  readonly sentences: FieldSentences

  constructor(sentences: FieldSentences) {
    super('request_invalid', { fields: Object.keys(sentences).length })
    this.sentences = sentences
  }
}

async function accepted(form: AnyForm, fields: Readonly<Record<string, string>>, call: PageCall, services: Services): Promise<Redirect> {
  const parsed = form.fields.safeParse(fields, { reportInput: true })
  if (parsed.success) return submitRecorded(form, parsed.data, call, services)
  const sentences = sentencesOf(parsed.error.issues, call.say)
  if (sentences === undefined) throw new AuthError('request_invalid', { reason: 'unknown_field' })
  throw new FieldsRefused(sentences)
}

interface SentForm {
  readonly name: string
  readonly form: AnyForm
  readonly fields: Readonly<Record<string, string>>
}

/** The page once more, with what is wrong on top and what was typed in its place. */
async function sendBack(
  page: Page,
  { name, form, fields }: SentForm,
  error: unknown,
  call: PageCall,
  services: Services,
): Promise<Response> {
  const refusal = asRefusal(error)
  if (refusal.code === 'internal') throw error
  logRefusal(refusal, call, services)
  if (refusal.code === 'step_up_required') {
    keepWaiting({ form: name, fields }, call, services)
    return redirect(stepUpFirst(call), call, services)
  }
  const reason = form.reason?.(refusal, call.say)
  const errors = reason === undefined ? errorsOf(refusal, form, call.say) : undefined
  const sent = {
    form: name,
    values: Object.fromEntries(Object.entries(fields).filter(([field]) => isKept(field, form))),
    errors: errors ?? {},
    failed: form.failed(call.say),
    reason: reason ?? (errors === undefined ? reasonOf(refusal, call.say) : undefined),
    code: refusal.code,
  }
  const { status } = refusalRow(refusal.code)
  setRetryAfter(call.headers, refusal)
  // A 401 would have to name a scheme (RFC 9110 section 11.6.1), and a form is none.
  return show(page, { ...call, sent, flash: undefined }, status === 401 ? 400 : status, services)
}

/** A name, or with a colon at its end the beginning of several. */
const isKept = (field: string, { keeps }: AnyForm): boolean =>
  keeps.some((name) => name === field || (name.endsWith(':') && field.startsWith(name)))

function errorsOf(refusal: AuthError, form: AnyForm, say: Messages): FieldSentences | undefined {
  return refusal instanceof FieldsRefused ? refusal.sentences : (form.blame?.(refusal, say) ?? blamedField(refusal, say))
}

function setRetryAfter(headers: Headers, refusal: AuthError): void {
  const seconds = retryAfterOf(refusal)
  if (seconds !== undefined) headers.set('retry-after', seconds)
}

/** Comes back to what was asked for; to the page, when that was a form. */
const signInFirst = (call: PageCall): Redirect => ({ to: call.link(`/sign-in?return_to=${encodeURIComponent(actionOf(call))}`) })

const stepUpFirst = (call: PageCall): Redirect => ({
  to: call.link(`/sign-in?step_up=yes&return_to=${encodeURIComponent(actionOf(call))}`),
})

/** 303: whatever was sent, what comes next is a GET (RFC 9110 section 15.4.4). */
function redirect({ to, flash }: Redirect, call: PageCall, { site }: Services): Response {
  const { headers } = call
  headers.set('location', to)
  // Most of it may be said to anybody, and the session may be another one by then.
  if (flash !== undefined) site.flash.set(headers, factsOfFlash(flash), isSecret(flash) ? bindingOf(call) : ANYBODY)
  return new Response(null, { status: 303, headers })
}

async function document(view: View, call: PageCall, status: number, { site, config }: Services): Promise<Response> {
  const { headers, nonce, locale } = call
  const formsTo = view.sendsTo === undefined ? ["'self'", ...config.origins] : [sourceOf(view.sendsTo)]
  setPageHeaders(headers, { nonce, formsTo, locale, hasScript: view.script !== undefined })
  if (view.layout === 'console') setConsoleHeaders(headers)
  const text = String(await layout(view, call, site))
  return new Response(text, { status, headers })
}

/** The origin; of an app's own scheme, that. */
function sourceOf(address: string): string {
  const { protocol, origin } = new URL(address)
  return /^https?:$/.test(protocol) ? origin : protocol
}

function refusePage(error: unknown, call: PageCall, services: Services): Promise<Response> {
  const refusal = asRefusal(error)
  logRefusal(refusal, call, services)
  setRetryAfter(call.headers, refusal)
  const { status } = refusalRow(refusal.code)
  return document(errorView(refusal, call, services.site), call, status === 401 ? 400 : status, services)
}

function logRefusal(refusal: AuthError, { requestId, request, client }: PageCall, { log, telemetry }: Services): void {
  telemetry.refused(refusal.code)
  const operation = `page ${new URL(request.url).pathname.slice(0, LONGEST_LOGGED)}`
  const facts = { requestId, operation, code: refusal.code, detail: refusal.detail, address: client.address }
  if (refusal.code === 'internal') log.error({ ...facts, err: refusal.cause }, 'a request failed')
  else log.info(facts, 'a request was refused')
}
