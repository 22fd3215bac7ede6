import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { operations } from '../../packages/server/src/server/route-table.ts'
import { ServerWorld } from './server-world.ts'

interface Described {
  readonly operationId: string
  readonly security: readonly object[]
  readonly parameters?: ReadonlyArray<{ readonly name: string; readonly in: string; readonly required: boolean; readonly schema: object }>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: { readonly additionalProperties?: boolean } }>> }
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}

interface Document {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly servers: ReadonlyArray<{ readonly url: string }>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: object; readonly securitySchemes: object }
}

suite('/openapi.json', () => {
  let world: ServerWorld
  let document: Document
  before(async () => {
    world = await ServerWorld.open()
    document = (await world.ask('GET', '/openapi.json')).body
  })
  after(() => world[Symbol.asyncDispose]())

  const described = (): readonly Described[] => Object.values(document.paths).flatMap((item) => Object.values(item))

  test('is an OpenAPI 3.1 document of this server', () => {
    assert.equal(document.openapi, '3.1.0')
    assert.match(document.info.version, /^\d+\.\d+\.\d+/)
    assert.deepEqual(document.servers, [{ url: world.url }])
  })

  test('describes every route that is registered, and no other', () => {
    const inDocument = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    )
    assert.deepEqual(inDocument.sort(), operations.map(({ method, path }) => `${method} ${path}`).sort())
  })

  test('names each operation once, and every answer of each', () => {
    const ids = described().map(({ operationId }) => operationId)
    assert.equal(new Set(ids).size, ids.length)
    for (const { responses, operationId } of described()) {
      assert.ok(
        Object.keys(responses).some((status) => /^2\d\d$/.test(status)),
        operationId,
      )
      assert.ok(responses['default'], operationId)
      for (const { description } of Object.values(responses)) assert.ok(description.length > 0)
    }
  })

  test('declares every parameter of every path, and says who may call', () => {
    for (const [path, item] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const { parameters = [], operationId } of Object.values(item)) {
        assert.deepEqual(
          parameters.filter((each) => each.in === 'path').map(({ name }) => name),
          inPath,
          operationId,
        )
        for (const parameter of parameters) assert.equal(typeof parameter.schema, 'object')
      }
    }
    for (const { operationId, authority } of operations) {
      const security = described().find((each) => each.operationId === operationId)?.security
      assert.equal(
        security?.length,
        { public: 0, inspector: 2, exchange: 2, exchanger: 2, monitor: 2 }[authority as string] ?? 1,
        operationId,
      )
    }
  })

  test('every body is closed: what is not described is refused', () => {
    for (const { requestBody, operationId } of described()) {
      const schema = requestBody?.content['application/json']?.schema
      assert.ok(schema === undefined || schema.additionalProperties === false, operationId)
    }
  })

  test('every reference in it leads somewhere in it, and every schema scheme is known', () => {
    const text = JSON.stringify(document)
    const references = [...text.matchAll(/"\$ref":"#([^"]+)"/g)].map(([, pointer]) => pointer ?? '')
    assert.ok(references.length > 0)
    for (const pointer of references) {
      const found = pointer
        .split('/')
        .slice(1)
        .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document)
      assert.equal(typeof found, 'object', pointer)
    }
    assert.ok(!text.includes('$schema'))
  })

  test('every route in it really answers to its method', async () => {
    for (const { method, path, operationId } of operations) {
      const { status } = await world.ask(method, path.replace(/\{\w+\}/g, 'usr_x'))
      assert.ok(status !== 405 && status < 500, operationId)
    }
  })

  test('a HEAD is a GET without its body', async () => {
    const { status, text, headers } = await world.ask('HEAD', '/.well-known/jwks.json')
    assert.equal(status, 200)
    assert.equal(text, '')
    assert.equal(headers.get('content-type'), 'application/json')
  })
})
