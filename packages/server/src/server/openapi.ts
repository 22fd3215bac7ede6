import { refusals } from 'countersign/core'
import * as z from 'zod'
import { type WebhookEventType, webhookEventTypes } from '../delivery/index.ts'
import type { Operation, RouteAuthority, RouteResponse } from './route.ts'
import { webhookEventSchemas } from './webhook-event-schema.ts'

type Json = Readonly<Record<string, unknown>>

/** JSON Schema 2020-12 is what OpenAPI 3.1 speaks; the marker of the dialect belongs to the document, not to each part. */
function schemaOf(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}

const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(refusals) },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri' },
    factors: { type: 'array', items: { type: 'string', enum: ['totp', 'recovery_code'] } },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string', format: 'json-pointer' }, detail: { type: 'string' } },
      },
    },
  },
}

const securityOf: Readonly<Record<RouteAuthority, readonly Json[]>> = {
  public: [],
  session: [{ accessToken: [] }],
  operator: [{ accessToken: [] }],
  service: [{ serviceCredential: [] }],
  inspector: [{ serviceCredential: [] }, { accessToken: [] }],
  exchange: [{ accessToken: [] }, { accessKey: [] }],
  exchanger: [{ serviceCredential: [] }, { accessKey: [] }],
  lease: [{ accessToken: [] }],
  monitor: [{ serviceCredential: [] }, { accessToken: [] }],
}

const authorityNote: Readonly<Record<RouteAuthority, string>> = {
  public: 'Open to everyone.',
  session: 'For anyone who is signed in: with the access token, or with the cookies of the session and `X-CSRF-Token`.',
  operator: 'For operators: the role `admin`.',
  service: 'For services: a service credential.',
  inspector: 'For services, with a service credential, and for operators: the role `admin`.',
  exchange: 'For anyone who is signed in, and for whoever shows an access key: its id and secret.',
  exchanger: 'For services that the configuration names: a service credential, or an access key, by its secret or a signature.',
  lease: 'For operators, the role `admin`, and for whoever has the scope `leases:take`.',
  monitor: 'Where `COUNTERSIGN_METRICS` is `authenticated`: for services, with a service credential, and for operators: the role `admin`.',
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

function queryParameters(query: z.ZodType | undefined): readonly Json[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = schemaOf(query) as { properties?: Record<string, Json>; required?: readonly string[] }
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }))
}

function responseOf({ description, schema, contentType = 'application/json' }: RouteResponse): Json {
  if (schema === undefined && contentType === 'application/json') return { description }
  return { description, content: { [contentType]: schema === undefined ? {} : { schema: schemaOf(schema) } } }
}

const bodyContent = (body: z.ZodType, form: z.ZodType | undefined): Json => ({
  'application/json': { schema: schemaOf(body) },
  ...(form === undefined ? {} : { 'application/x-www-form-urlencoded': { schema: schemaOf(form) } }),
})

const refusal: Json = {
  description: 'A refusal as problem details (RFC 9457).',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

function operationObject(operation: Operation): Json {
  const parameters = [...pathParameters(operation.path), ...queryParameters(operation.query)]
  const responses = Object.entries(operation.responses).map(([status, response]) => [status, responseOf(response)] as const)
  return {
    operationId: operation.operationId,
    summary: operation.summary,
    description: authorityNote[operation.authority],
    security: securityOf[operation.authority],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body === undefined ? {} : { requestBody: { required: true, content: bodyContent(operation.body, operation.form) } }),
    responses: { ...Object.fromEntries(responses), default: refusal },
  }
}

/** What an endpoint is sent, signed by Standard Webhooks. */
const webhookObject = (type: string, schema: z.ZodType): Json => ({
  post: {
    operationId: type,
    summary: webhookEventTypes[type as WebhookEventType],
    parameters: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
      ...{ name, in: 'header', required: true, schema: { type: 'string' } },
    })),
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(schema) } } },
    responses: { '2XX': { description: 'Taken.' }, '410': { description: 'Gone: the endpoint is disabled.' } },
  },
})

/** The document, made when it is asked for first: few servers are ever asked, and making it takes as long as the rest of their start. */
export function openApiOnDemand(operations: readonly Operation[], issuer: string, version: string): () => Json {
  let document: Json | undefined
  return () => (document ??= openApiDocument(operations, issuer, version))
}

/** The OpenAPI 3.1 document, made from the very schemas that check the requests. */
function openApiDocument(operations: readonly Operation[], issuer: string, version: string): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const operation of operations) {
    const item = (paths[operation.path] ??= {})
    item[operation.method.toLowerCase()] = operationObject(operation)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Countersign', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: issuer }],
    paths,
    webhooks: Object.fromEntries(Object.entries(webhookEventSchemas).map(([type, schema]) => [type, webhookObject(type, schema)])),
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        accessKey: { type: 'http', scheme: 'basic' },
        serviceCredential: { type: 'http', scheme: 'bearer', bearerFormat: 'cs_svc_…' },
      },
    },
  }
}
