/** One thing that is wrong with what was sent; `pointer` is a JSON pointer into the body (RFC 6901). */
export interface FieldFault {
  readonly pointer: string
  readonly detail: string
}

interface Findings {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail?: string | undefined
  readonly errors?: readonly FieldFault[]
  readonly requestId?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly cause?: unknown
}

/**
 * Why a request brought nothing (RFC 9457). `code` is one of the server's (doc/refusals.md) or one of ours:
 * `unreachable` (status 0: no answer at all) and `answer_unreadable` (something in between has answered, not the server).
 */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string | undefined
  readonly errors: readonly FieldFault[]
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor({ status, code, title, detail, errors, requestId, retryAfterSeconds, cause }: Findings) {
    super(`${code}: ${title}`, { cause })
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.title = title
    this.detail = detail
    this.errors = errors ?? []
    this.requestId = requestId
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export const unreachable = (cause: unknown): Problem =>
  new Problem({ status: 0, code: 'unreachable', title: 'The server does not answer.', cause })

/** What an answer says that is no success, as far as it can be read. */
export async function problemOf(response: Response): Promise<Problem> {
  const requestId = response.headers.get('x-request-id') ?? undefined
  const heard = { status: response.status, retryAfterSeconds: secondsOf(response.headers.get('retry-after')) }
  const document = isJson(response) ? await readJson(response) : undefined
  if (!isRecord(document) || typeof document['code'] !== 'string') return unreadable(response, heard.retryAfterSeconds)
  const { code, title, detail, instance, errors } = document
  return new Problem({
    ...heard,
    code: String(code),
    title: typeof title === 'string' ? title : String(code),
    detail: typeof detail === 'string' ? detail : undefined,
    errors: Array.isArray(errors) ? errors.filter(isFault) : [],
    requestId: requestIdOf(instance) ?? requestId,
  })
}

/** An answer that the server itself would not give: a proxy's page, half a document. */
export const unreadable = (response: Response, retryAfterSeconds?: number): Problem =>
  new Problem({
    status: response.status,
    code: 'answer_unreadable',
    title: 'The answer could not be read.',
    requestId: response.headers.get('x-request-id') ?? undefined,
    retryAfterSeconds,
  })

/** `application/json`, and everything that ends in `+json` (RFC 6839). */
export const isJson = (response: Response): boolean =>
  /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(response.headers.get('content-type') ?? '')

/** @returns undefined for what is not JSON, whatever it called itself. */
export async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isFault = (value: unknown): value is FieldFault =>
  isRecord(value) && typeof value['pointer'] === 'string' && typeof value['detail'] === 'string'

const secondsOf = (text: string | null): number | undefined => (text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined)

const requestIdOf = (instance: unknown): string | undefined =>
  typeof instance === 'string' ? /^urn:countersign:request:(.+)$/.exec(instance)?.[1] : undefined
