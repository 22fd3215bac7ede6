import { toEpochSeconds } from 'countersign/core'
import { signJws } from 'countersign/token'
import { json } from '../../answer.ts'
import { inspectorName } from '../../caller.ts'
import { showInspected } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { introspectionSchema, tokenBody, tokenForm } from '../../schema.ts'

/** RFC 9701 section 5. */
const SIGNED_TYPE = 'token-introspection+jwt'
const SIGNED_MEDIA_TYPE = `application/${SIGNED_TYPE}`

export const introspectToken: Operation = defineRoute({
  operationId: 'introspectToken',
  method: 'POST',
  path: '/v1/tokens/introspect',
  summary: 'Ask what a token stands for (RFC 7662): access tokens, self-contained or opaque, and refresh tokens.',
  authority: 'inspector',
  body: tokenBody,
  form: tokenForm,
  responses: {
    200: {
      description: `The claims of a token that is alive, or \`{"active": false}\`. Signed (RFC 9701) for who accepts \`${SIGNED_MEDIA_TYPE}\`.`,
      schema: introspectionSchema,
    },
  },
  async handle({ body, request, caller }, { inspection, config: { issuer }, keys, platform }) {
    const shown = showInspected(await inspection.inspect(body.token), issuer)
    if (!acceptsSigned(request.headers.get('accept'))) return json(200, shown)
    const claims = {
      iss: issuer,
      aud: inspectorName(caller) ?? issuer,
      iat: toEpochSeconds(platform.clock.now()),
      token_introspection: shown,
    }
    const signed = signJws(SIGNED_TYPE, claims, keys.current('access-token'))
    return new Response(signed, { headers: { 'content-type': SIGNED_MEDIA_TYPE } })
  },
})

/** Named, and not ruled out with `q=0` (RFC 9110 section 12.5.1). A wildcard gets JSON. */
function acceptsSigned(accept: string | null): boolean {
  return (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    return type === SIGNED_MEDIA_TYPE && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
}
