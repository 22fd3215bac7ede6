import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import type { ServerConfig } from '../../config.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { deliveryMethods, STREAMS_PATH } from '../../security-event-stream.ts'

const schema = z.strictObject({
  spec_version: z.string(),
  issuer: z.string(),
  jwks_uri: z.string(),
  delivery_methods_supported: z.array(z.string()),
  configuration_endpoint: z.string(),
  status_endpoint: z.string(),
  verification_endpoint: z.string(),
  authorization_schemes: z.array(z.strictObject({ spec_urn: z.string() })),
  default_subjects: z.enum(['ALL', 'NONE']),
})

const answer = ({ issuer }: ServerConfig): Response => {
  const document = {
    spec_version: '1_0',
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    delivery_methods_supported: deliveryMethods,
    configuration_endpoint: `${issuer}${STREAMS_PATH}`,
    status_endpoint: `${issuer}${STREAMS_PATH}/status`,
    verification_endpoint: `${issuer}${STREAMS_PATH}/verify`,
    // Bearer tokens: service credentials, or access tokens of operators.
    authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6750' }],
    default_subjects: 'ALL',
  }
  return json(200, document, { 'cache-control': 'max-age=60' })
}

export const getSsfConfiguration: Operation = defineRoute({
  operationId: 'getSsfConfiguration',
  method: 'GET',
  path: '/.well-known/ssf-configuration',
  summary: 'How security events are had from here (Shared Signals 1.0 section 7).',
  authority: 'public',
  responses: { 200: { description: 'The configuration of the transmitter.', schema } },
  handle: (_call, { config }) => answer(config),
})

/** Section 7.2.1: of an issuer with a path the well-known part stands before the path. */
export const getSsfConfigurationOfPath: Operation = defineRoute({
  operationId: 'getSsfConfigurationOfPath',
  method: 'GET',
  path: '/.well-known/ssf-configuration/{path}',
  summary: 'The same, where the issuer is a URL with a path.',
  authority: 'public',
  responses: { 200: { description: 'The configuration of the transmitter.', schema } },
  handle({ path: { path } }, { config }) {
    if (new URL(config.issuer).pathname !== `/${path}`) throw new AuthError('not_found')
    return answer(config)
  },
})
