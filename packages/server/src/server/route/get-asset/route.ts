import { AuthError } from 'countersign/core'
import { defineRoute, type Operation } from '../../route.ts'

/** A picture is shown and never run, whatever is written in it. */
const policy = "default-src 'none'; style-src 'none'; frame-ancestors 'none'; sandbox"

export const getAsset: Operation = defineRoute({
  operationId: 'getAsset',
  method: 'GET',
  path: '/assets/{name}',
  summary: 'A file of the hosted pages: style sheet, logo. Its name is a hash of its content, so that it may be kept for ever.',
  authority: 'public',
  responses: { 200: { description: 'The file.', contentType: 'text/css' } },
  handle({ path: { name = '' } }, { site }) {
    const asset = site.assets.get(name)
    if (asset === undefined) throw new AuthError('not_found')
    return new Response(new Uint8Array(asset.bytes), {
      headers: { 'content-type': asset.type, 'cache-control': 'public, max-age=31536000, immutable', 'content-security-policy': policy },
    })
  },
})
