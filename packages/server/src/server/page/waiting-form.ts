import { encodeBase64url } from 'countersign/core'
import * as z from 'zod'
import type { Services } from '../services.ts'
import { actionOf } from './field.ts'
import { bindingOf } from './open-call.ts'
import type { PageCall } from './page.ts'

/** A form that was sent rightly, but whose person has to show once more who they are before it is done. Then it goes on by itself. */
export interface WaitingForm {
  readonly form: string
  readonly fields: Readonly<Record<string, string>>
}

const schema = z.strictObject({
  id: z.string(),
  /** The page that it was sent to. */
  to: z.string(),
  form: z.string(),
  fields: z.record(z.string(), z.string()),
  /** Its person has done so. */
  isConfirmed: z.boolean(),
})

const SCOPE = 'page-form'
const ID_BYTES = 16
/** More than a browser keeps in a cookie has to be sent anew. */
const MAXIMUM_TEXT = 2000
const LIFE_MS = 600_000

/** Leaves it with the browser, under seal, for this session alone. */
export function keepWaiting({ form, fields }: WaitingForm, call: PageCall, { site, platform }: Services): void {
  if (JSON.stringify(fields).length > MAXIMUM_TEXT) return
  const id = encodeBase64url(platform.random.bytes(ID_BYTES))
  site.waitingForm.set(call.headers, { id, to: actionOf(call), form, fields, isConfirmed: false }, bindingOf(call))
}

const read = (call: PageCall, { site }: Services): z.infer<typeof schema> | undefined =>
  schema.safeParse(site.waitingForm.read(call.request, bindingOf(call))).data

/** @param to Where its person goes now: what waits for another page waits in vain. */
export function letGoOn(to: string, call: PageCall, services: Services): void {
  const waiting = read(call, services)
  if (waiting?.to === to) services.site.waitingForm.set(call.headers, { ...waiting, isConfirmed: true }, bindingOf(call))
}

/** What goes on now, at this page; once, however often the page is loaded. @throws {AuthError} `unavailable`. */
export async function takeWaiting(call: PageCall, services: Services): Promise<WaitingForm | undefined> {
  const { site, store, platform } = services
  const waiting = call.request.method === 'GET' && call.session !== undefined ? read(call, services) : undefined
  if (waiting?.isConfirmed !== true || waiting.to !== actionOf(call)) return undefined
  site.waitingForm.clear(call.headers)
  if (!(await store.replay.claim(SCOPE, waiting.id, platform.clock.now() + LIFE_MS))) return undefined
  return waiting
}
