import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { nameAct } from '../audit/index.ts'
import type { Caller } from './caller.ts'
import type { Client } from './connection.ts'
import { parseWith } from './field-error.ts'
import { isForm, readFormBody, readJsonBody } from './request-body.ts'
import type { Services } from './services.ts'

/**
 * Who may call. `session`: anyone signed in. `operator`: role `admin`, or the machine's own administrator through the
 * local socket. `service`: a service credential. `inspector`: a service, or an operator. `exchange`: anyone signed in, or who shows an access
 * key with its secret. `exchanger`: a service credential, or an access key: its secret, or a signature with it. `lease`: an operator, or whoever has the scope `leases:take`. `monitor`: the machine's own
 * administrator; over HTTP a service, or an operator, where the configuration opens the metrics to them. `public`: everyone.
 */
export type RouteAuthority = 'public' | 'session' | 'operator' | 'service' | 'inspector' | 'exchange' | 'exchanger' | 'lease' | 'monitor'

export interface RouteResponse {
  readonly description: string
  readonly schema?: z.ZodType
  /** Of what is not JSON. */
  readonly contentType?: string
}

/** What stands in the OpenAPI document: everything about an operation but its code. */
export interface RouteFacts {
  readonly operationId: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` for its parameters. */
  readonly path: string
  readonly summary: string
  readonly authority: RouteAuthority
  /** Of a `session` or `exchange` route: an access key may call it too. What changes how a person signs in, no key may. Operators' routes take keys. */
  readonly takesKeys?: true | undefined
  /** Open to whoever still has to set a second factor up, where every account must have one. */
  readonly enrols?: true | undefined
  readonly responses: Readonly<Record<number, RouteResponse>>
}

/** One request on its way to a handler: parsed, authenticated. */
export interface Call<Body, Query> {
  readonly body: Body
  readonly query: Query
  /** Parameters of the path; each an id by shape. */
  readonly path: Readonly<Record<string, string>>
  readonly request: Request
  readonly client: Client
  readonly caller: Caller
  /**
   * For the members of a public operation that only an operator may use.
   *
   * @throws {AuthError} when the caller is none.
   */
  requireOperator(): Promise<void>
}

type Handler<Body, Query> = (call: Call<Body, Query>, services: Services) => Promise<Response> | Response

export interface Route<Body, Query> extends RouteFacts {
  readonly body?: z.ZodType<Body>
  /** The body as a form, where OAuth wants one. Unlike JSON it may hold what is not known here (RFC 6749 section 3.2). */
  readonly form?: z.ZodType<Body>
  readonly query?: z.ZodType<Query>
  readonly handle: Handler<Body, Query>
}

/** A route as the table holds it: its types are settled, what it does is behind `answer`. */
export interface Operation extends RouteFacts {
  readonly body: z.ZodType | undefined
  readonly form: z.ZodType | undefined
  readonly query: z.ZodType | undefined
  answer(call: Call<undefined, undefined>, services: Services): Promise<Response>
}

/** An id, or any other name that stands in a path. Everything else is not found rather than invalid. */
const pathParameter = /^[A-Za-z0-9_.~:-]{1,128}$/

function checkPath(parameters: Readonly<Record<string, string>>): void {
  for (const value of Object.values(parameters)) {
    if (!pathParameter.test(value)) throw new AuthError('not_found')
  }
}

/** Query members as an object; one that is given twice is refused as a list where one value is wanted. */
function queryOf(url: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null)
  const parameters = new URL(url).searchParams
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name)
    query[name] = values.length === 1 && values[0] !== undefined ? values[0] : values
  }
  return { ...query }
}

/** A misspelt member must not be passed over: what it was meant to narrow would not be narrowed. */
const noQuery: z.ZodType = z.strictObject({})

async function parseBody<Body>(body: z.ZodType<Body>, form: z.ZodType<Body> | undefined, request: Request): Promise<Body> {
  if (form !== undefined && isForm(request)) return parseWith(form, await readFormBody(request))
  return parseWith(body, await readJsonBody(request))
}

/** Settles a route's types: what its handler gets is what its schemas have passed. */
export function defineRoute<Body = undefined, Query = undefined>(route: Route<Body, Query>): Operation {
  const { body, form, query, handle, ...facts } = route
  return Object.freeze({
    ...facts,
    body,
    form,
    query,
    async answer(call: Call<undefined, undefined>, services: Services): Promise<Response> {
      checkPath(call.path)
      const given = queryOf(call.request.url)
      if (query === undefined) parseWith(noQuery, given)
      // Without a schema the type parameter is `undefined`, and so is the value.
      const parsedQuery = query === undefined ? (undefined as Query) : parseWith(query, given)
      const parsedBody = body === undefined ? (undefined as Body) : await parseBody(body, form, call.request)
      nameAct({ members: typeof parsedBody === 'object' && parsedBody !== null ? Object.keys(parsedBody) : [] })
      return handle({ ...call, body: parsedBody, query: parsedQuery }, services)
    },
  })
}
