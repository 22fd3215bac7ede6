import { AuthError } from 'countersign/core'
import { html } from 'hono/html'
import * as z from 'zod'
import { ADMINISTRATOR } from '../../../account/index.ts'
import type { Services } from '../../services.ts'
import { definePage, type Page, type PageCall, type View } from '../page.ts'
import { signedIn } from '../signed-in.ts'

/** What stands in the query is the console's own to read. */
const query = z.looseObject({})

/**
 * The document that the console's script fills. It holds nothing that only operators may know; what the script asks for is asked of the API,
 * with the authority of whoever is signed in.
 *
 * @throws {AuthError} `role_insufficient` for whoever is no operator.
 */
function render(call: PageCall<unknown>): View {
  if (!signedIn(call).principal.roles.includes(ADMINISTRATOR)) throw new AuthError('role_insufficient')
  return { title: call.say.page.console, layout: 'console', body: html`<div id="root"></div>` }
}

const isServed = ({ site }: Services): boolean => site.console !== undefined

export const CONSOLE = '/console'

/** The console: its beginning, and every address in it. */
export const consolePages: readonly Page[] = Object.freeze(
  [CONSOLE, `${CONSOLE}/*`].map((path) => definePage({ path, access: 'session', query, isServed, render })),
)
