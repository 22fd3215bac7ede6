import type { AuthError, EpochMs } from 'countersign/core'
import * as z from 'zod'
import type { PageSession } from '../browser/index.ts'
import type { Client } from '../connection.ts'
import type { Locale } from '../message/message.ts'
import type { Messages } from '../message/en.ts'
import type { Services } from '../services.ts'
import type { Flash } from './flash.ts'
import type { FieldSentences } from './form-error.ts'
import type { FormState } from './form-state.ts'
import type { Html } from './html.ts'

/** One request for a page, on its way to it: who looks at it, in which language, asking what. */
export interface PageCall<Query = unknown> {
  readonly request: Request
  readonly requestId: string
  readonly client: Client
  readonly now: EpochMs
  /** As the page's schema has passed it. */
  readonly query: Query
  readonly locale: Locale
  readonly say: Messages
  /** Who is signed in; a page with `access: 'session'` asks `signedIn` instead. */
  readonly session: PageSession | undefined
  /** For the hidden field of each form. */
  readonly csrf: string
  /** Of a browser that nobody has signed in at. */
  readonly visit: string
  /** For the `nonce` of each script and style sheet. */
  readonly nonce: string
  /** What happened before the redirect that led here. */
  readonly flash: Flash | undefined
  /** The form that was sent and comes back with what is wrong with it. */
  readonly sent: FormState | undefined
  /** A path of ours as a link: below the path of the issuer's URL, where it has one. */
  link(path: string): string
  /** Whether there is a page at this path: what is not there yet is not linked to. */
  offers(path: string): boolean
  /** `Set-Cookie` of the answer goes here, whatever the answer is. */
  readonly headers: Headers
}

/** What a page shows. The layout is put around it. */
export interface View {
  readonly title: string
  /** `panel`: one card in the middle, for one thing to do. `wide`: below a bar that says who is signed in. `console`: nothing around it; a
   * script of ours fills it. */
  readonly layout: 'panel' | 'wide' | 'console'
  readonly body: Html
  /** Where the page itself is the bad news. Otherwise 200, or what the form that comes back was refused with. */
  readonly status?: number
  /** The only script that a page may have: it talks to the browser's passkeys. */
  readonly script?: 'passkey'
  /** It is no page of ours to stay on: its one form goes to this address of somebody else, by itself, and nowhere else. */
  readonly sendsTo?: string
}

/** Where a form that did what was asked leads: always another GET, so that reloading repeats nothing. */
export interface Redirect {
  /** As the browser needs it: of `call.link`, or an address that `returnAddress` has passed. */
  readonly to: string
  /** Said once, on the page that it leads to. */
  readonly flash?: Flash
}

/** A form of a page. What is not in `fields` is refused. */
export interface Form<Fields> {
  readonly fields: z.ZodType<Fields>
  /** The fields that keep what was typed when the form comes back; `scope:` for all that begin so. Never one that holds a secret. */
  readonly keeps: readonly string[]
  /** What did not work, in the words of the person: "We could not …". */
  failed(say: Messages): string
  /** The sentence for a refusal, where the general one says too little. It blames no field. */
  reason?(refusal: AuthError, say: Messages): string | undefined
  /** The fields that a refusal of the domain blames, where its own pointer does not name them. */
  blame?(refusal: AuthError, say: Messages): FieldSentences | undefined
  /** The operation that it asks for, by the name that it has in the API: for the record. Absent: it changes nothing. */
  readonly act?: string
  /** @throws {AuthError} The page comes back with what it says. */
  submit(fields: Fields, call: PageCall, services: Services): Promise<Redirect>
}

/** A form as the page holds it: its types are settled. */
export interface AnyForm extends Omit<Form<unknown>, 'submit'> {
  /** @param fields As its schema has passed them. */
  submit(fields: unknown, call: PageCall, services: Services): Promise<Redirect>
}

export interface PageDefinition<Query> {
  /** Without parameters: what a page is about stands in its query or its forms. */
  readonly path: string
  /** `session`: whoever is not signed in is sent to do so, and comes back. */
  readonly access: 'public' | 'session'
  /** Open to whoever still has to set a second factor up, where every account must have one. */
  readonly enrols?: true
  /** Where the configuration leaves it without a use, it is not there. Default: it is. */
  isServed?(services: Services): boolean
  /** `lang` is understood everywhere. A strict object. */
  readonly query?: z.ZodType<Query>
  /** By the name that stands in the hidden field `form`. */
  readonly forms?: Readonly<Record<string, AnyForm>>
  render(call: PageCall<Query>, services: Services): Promise<View | Redirect> | View | Redirect
}

/** A page as the table holds it. */
export interface Page extends Omit<PageDefinition<unknown>, 'render' | 'query' | 'forms' | 'isServed'> {
  isServed(services: Services): boolean
  readonly methods: ReadonlyArray<'GET' | 'POST'>
  readonly query: z.ZodType
  readonly forms: Readonly<Record<string, AnyForm>>
  render(call: PageCall, services: Services): Promise<View | Redirect>
}

const noQuery: z.ZodType = z.strictObject({})

/** Settles a form's types: what it is submitted with is what its schema has passed. */
export const defineForm = <Fields>(form: Form<Fields>): AnyForm => ({
  ...form,
  submit: (fields, call, services) => form.submit(fields as Fields, call, services),
})

/** Settles a page's types: what it renders from is what its schema has passed. */
export function definePage<Query = Record<string, never>>({
  query,
  forms = {},
  isServed = () => true,
  render,
  ...rest
}: PageDefinition<Query>): Page {
  return Object.freeze({
    ...rest,
    isServed,
    methods: Object.keys(forms).length === 0 ? (['GET'] as const) : (['GET', 'POST'] as const),
    query: query ?? noQuery,
    forms: Object.freeze({ ...forms }),
    // The schema above has made the query what it is.
    render: async (call: PageCall, services: Services) => render(call as PageCall<Query>, services),
  })
}
