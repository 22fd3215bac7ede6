import { AuthError } from 'countersign/core'
import { defineRoute, type Operation } from '../../route.ts'

/** It is loaded by the console's page, and is no page of its own. */
const policy = "default-src 'none'; frame-ancestors 'none'; sandbox"

const takesGzip = ({ headers }: Request): boolean =>
  /(?:^|[\s,])gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(headers.get('accept-encoding') ?? '')

export const getConsoleFile: Operation = defineRoute({
  operationId: 'getConsoleFile',
  method: 'GET',
  path: '/console/file/{name}',
  summary: 'A file of the console: script, style sheet. Its name holds a hash of its content, so that it may be kept for ever.',
  authority: 'public',
  responses: { 200: { description: 'The file.', contentType: 'text/javascript' } },
  handle({ path: { name = '' }, request }, { site }) {
    const file = site.console?.files.get(name)
    if (file === undefined) throw new AuthError('not_found')
    const gzip = takesGzip(request) ? file.gzip : undefined
    return new Response(new Uint8Array(gzip ?? file.bytes), {
      headers: {
        'content-type': file.type,
        'cache-control': 'public, max-age=31536000, immutable',
        'content-security-policy': policy,
        vary: 'Accept-Encoding',
        ...(gzip === undefined ? {} : { 'content-encoding': 'gzip' }),
      },
    })
  },
})
