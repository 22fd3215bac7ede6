import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AddressList, AuthError, clientAddress, problemOf, refusals } from '../core/index.ts'
import { type Browser, IssuerRefusal } from './issuer-api.ts'

const MAX_HEADER = 256

/** The value of a header that is there once; browsers send those that are read here once. */
export function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Where a request comes from: what it says of that counts only behind our own proxies. */
export const addressOf = (request: IncomingMessage, proxies: AddressList): string | undefined =>
  clientAddress(request.socket.remoteAddress, headerOf(request, 'x-forwarded-for'), proxies)

/** Who asks, as far as this process can know. */
export function browserOf(request: IncomingMessage, proxies: AddressList): Browser {
  return {
    userAgent:
      headerOf(request, 'user-agent')
        ?.replace(/[^\x20-\x7e]/g, '')
        .slice(0, MAX_HEADER) || undefined,
    language:
      headerOf(request, 'accept-language')
        ?.replace(/[^\x20-\x7e]/g, '')
        .slice(0, MAX_HEADER) || undefined,
    address: addressOf(request, proxies),
  }
}

/** Answers with a JSON document that nobody keeps. */
export function sendJson(response: ServerResponse, status: number, document: unknown, lines: readonly string[] = []): void {
  const body = document === undefined ? '' : JSON.stringify(document)
  const type = status >= 400 ? 'application/problem+json' : 'application/json'
  const head = ['cache-control', 'no-store', 'x-content-type-options', 'nosniff', 'vary', 'Cookie', ...lines]
  if (status !== 204) head.push('content-type', type, 'content-length', String(Buffer.byteLength(body)))
  response.writeHead(status, head)
  response.end(body)
}

/** A refusal as HTTP says it. */
export function problemAnswer(thrown: unknown): { readonly status: number; readonly document: unknown; readonly lines: readonly string[] } {
  const error = thrown instanceof AuthError ? thrown : new AuthError('internal')
  const { status } = refusals[error.code]
  const document = problemOf(error, error instanceof IssuerRefusal ? error.members : undefined)
  const later = error instanceof IssuerRefusal ? error.retryAfter : status === 503 ? '2' : undefined
  return { status, document, lines: later === undefined ? [] : ['retry-after', later] }
}

/** Refuses; or, where an answer has begun already, breaks it off, so that nobody takes half of it for the whole. */
export function refuse(response: ServerResponse, thrown: unknown, setCookie?: string): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, document, lines } = problemAnswer(thrown)
  sendJson(response, status, document, setCookie === undefined ? lines : [...lines, 'set-cookie', setCookie])
}
