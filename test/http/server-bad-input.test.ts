import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, suite, test } from 'node:test'
import * as z from 'zod'
import type { Operation } from '../../packages/server/src/server/route.ts'
import { operations } from '../../packages/server/src/server/route-table.ts'
import { type Reply, ServerWorld } from './server-world.ts'

/** The table of attacks meets the table of routes: a new route is attacked without a line here. */

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

const brokenBodies: ReadonlyArray<readonly [name: string, body: string | Uint8Array<ArrayBuffer>, status: number, code: string]> = [
  ['no JSON at all', 'email=a', 400, 'request_invalid'],
  ['nothing', '', 400, 'request_invalid'],
  ['an array', '[]', 400, 'request_invalid'],
  ['null', 'null', 400, 'request_invalid'],
  ['a text', '"x"', 400, 'request_invalid'],
  ['100 levels of nesting', nested(100), 400, 'request_invalid'],
  ['10,000 levels of nesting', '['.repeat(10_000), 400, 'request_invalid'],
  ['a member twice', '{"a":1,"a":1}', 400, 'request_invalid'],
  ['a member twice, once escaped', '{"a":1,"\\u0061":1}', 400, 'request_invalid'],
  ['NUL in a text', '{"a":"\\u0000"}', 400, 'request_invalid'],
  ['NUL in a name', '{"\\u0000":1}', 400, 'request_invalid'],
  ['half a surrogate pair', '{"a":"\\ud800"}', 400, 'request_invalid'],
  ['__proto__', '{"__proto__":{"admin":true}}', 400, 'request_invalid'],
  ['a number out of range', '{"a":1e400}', 400, 'request_invalid'],
  ['broken UTF-8', new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), 400, 'request_invalid'],
  ['a byte order mark', new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), 400, 'request_invalid'],
  ['something after the end', '{} {}', 400, 'request_invalid'],
  ['a text of 70 kB', `{"a":"${'x'.repeat(70_000)}"}`, 413, 'content_too_large'],
  ['a text of 1 MB', `{"refresh_token":"${'x'.repeat(1_000_000)}"}`, 413, 'content_too_large'],
]

const wrongValues: ReadonlyArray<readonly [name: string, value: unknown]> = [
  ['null', null],
  ['a number', 7],
  ['an object', { n: 'xxxxxxxxx' }],
  ['a list of lists', [[[]]]],
  ['true', true],
  ['a text of 40,000 characters', 'x'.repeat(40_000)],
]

const contentTypes = ['text/plain', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', 'application/jsonp']

const FORM = 'application/x-www-form-urlencoded'

const brokenForms: ReadonlyArray<readonly [name: string, body: string | Uint8Array<ArrayBuffer>, status: number, code: string]> = [
  ['nothing', '', 400, 'request_invalid'],
  ['without what is required', 'token_type_hint=access_token', 400, 'request_invalid'],
  ['a parameter without a value', 'token=', 400, 'request_invalid'],
  ['a parameter twice', 'token=a&token=b', 400, 'request_invalid'],
  ['a parameter twice, once escaped', 'token=a&%74oken=b', 400, 'request_invalid'],
  ['a broken percent-encoding', 'token=%zz', 400, 'request_invalid'],
  ['broken UTF-8 in a percent-encoding', 'token=%c3%28', 400, 'request_invalid'],
  ['broken UTF-8', new Uint8Array([0x74, 0x6f, 0x6b, 0x65, 0x6e, 0x3d, 0xc3, 0x28]), 400, 'request_invalid'],
  ['NUL', 'token=%00', 400, 'request_invalid'],
  ['a control character', 'token=%0a', 400, 'request_invalid'],
  ['JSON', '{"token":"x"}', 400, 'request_invalid'],
  ['a hint of 40,000 characters', `token=a&token_type_hint=${'x'.repeat(40_000)}`, 400, 'request_invalid'],
  ['a text of 70 kB', `token=${'x'.repeat(70_000)}`, 413, 'content_too_large'],
]

const withBody = operations.filter(({ body }) => body !== undefined)
const memberNames = (schema: z.ZodType | undefined): readonly string[] => {
  if (schema === undefined) return []
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.keys(properties)
}

suite('whatever is sent, every route answers with a problem document and stores nothing', () => {
  let world: ServerWorld
  let operator: string
  let service: string
  let stored: string

  before(async () => {
    // Thousands of requests with one token.
    world = await ServerWorld.open({ accessTokenSeconds: 3600, metrics: 'authenticated' })
    operator = (await world.person(['admin'])).access_token
    service = (await world.service()).credential
    stored = await state()
  })
  after(() => world[Symbol.asyncDispose]())

  /** All that could be stored, as the API shows it. */
  async function state(): Promise<string> {
    const lists = await Promise.all(['/v1/users', '/v1/services', '/v1/signing-keys'].map((path) => world.local('GET', path)))
    const snapshot = await world.ask('GET', '/v1/feed/snapshot', { token: service })
    const { head } = JSON.parse(Buffer.from(snapshot.text.split('.')[1] ?? '', 'base64url').toString())
    return JSON.stringify([...lists.map(({ text }) => text), head])
  }

  const isOfServices = ({ authority }: Operation): boolean => authority === 'service' || authority === 'exchanger'
  const tokenFor = (operation: Operation): string => (isOfServices(operation) ? service : operator)
  const address = ({ path }: Operation): string => path.replace(/\{\w+\}/g, 'usr_AAAAAAAAAAAAAAAAAAAAAA')

  async function send(operation: Operation, body: string | Uint8Array<ArrayBuffer>, contentType = 'application/json'): Promise<Reply> {
    const headers = { authorization: `Bearer ${tokenFor(operation)}`, 'content-type': contentType, connection: 'close' }
    const response = await fetch(world.url + address(operation), { method: operation.method, headers, body })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
  }

  function assertProblem({ status, headers, body, text }: Reply, expectedStatus: number, code: string): void {
    assert.equal(status, expectedStatus, text)
    assert.equal(headers.get('content-type'), 'application/problem+json')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.match(headers.get('x-request-id') ?? '', /^req_/)
    assert.equal(body.status, expectedStatus)
    assert.equal(body.code, code)
    assert.equal(body.type, `urn:countersign:refusal:${code}`)
    assert.equal(body.instance, `urn:countersign:request:${headers.get('x-request-id')}`)
    assert.ok(text.length < 4_000, 'the answer repeats what was sent')
  }

  test('there are routes to attack', () => assert.ok(withBody.length >= 9))

  for (const operation of withBody) {
    suite(`${operation.method} ${operation.path}`, () => {
      for (const [name, body, status, code] of brokenBodies) {
        test(`a body that is ${name} is refused`, async () => assertProblem(await send(operation, body), status, code))
      }
      for (const contentType of operation.form === undefined ? [...contentTypes, FORM] : contentTypes) {
        test(`a body of type ${contentType} is refused`, async () => {
          assertProblem(await send(operation, '{}', contentType), 415, 'content_type_unsupported')
        })
      }
      for (const [name, body, status, code] of operation.form === undefined ? [] : brokenForms) {
        test(`a form that is ${name} is refused`, async () => assertProblem(await send(operation, body, FORM), status, code))
      }
      test('an unknown member is refused by its name', async () => {
        const answer = await send(operation, '{"surprise/~":1}')
        assertProblem(answer, 400, 'request_invalid')
        assert.deepEqual(
          answer.body.errors.find(({ pointer }: { pointer: string }) => pointer === '/surprise~1~0'),
          { pointer: '/surprise~1~0', detail: 'is not a known member' },
        )
      })
      for (const member of memberNames(operation.body)) {
        for (const [name, value] of wrongValues) {
          test(`${name} as ${member} is refused at its place, and not repeated`, async () => {
            const answer = await send(operation, JSON.stringify({ [member]: value, surprise: 1 }))
            assertProblem(answer, 400, 'request_invalid')
            const pointers = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)
            assert.ok(pointers.includes('/surprise'))
            assert.ok(!answer.text.includes('xxxxxxxx'))
          })
        }
      }
    })
  }

  for (const operation of operations) {
    test(`${operation.method} ${operation.path} refuses an unknown query member by its name`, async () => {
      const headers = { 'content-type': 'application/json' }
      const body = operation.body === undefined ? {} : { body: '{}' }
      const answer = await world.ask(operation.method, `${address(operation)}?surprise=1`, { token: tokenFor(operation), headers, ...body })
      assert.equal(answer.status, 400)
      assert.ok(answer.body.errors.some(({ pointer }: { pointer: string }) => pointer === '/surprise'))
    })

    if (operation.authority !== 'public') {
      test(`${operation.method} ${operation.path} is closed to strangers, whatever they send`, async () => {
        const none = await world.ask(operation.method, address(operation))
        assert.equal(none.status, 401)
        assert.equal(none.body.code, 'credential_missing')
        assert.match(none.headers.get('www-authenticate') ?? '', /^Bearer realm="http/)
        for (const token of ['x', 'a.b.c', `${'x'.repeat(9_000)}`, operator.slice(0, -4), '__proto__', service.slice(0, -2)]) {
          const { status, body } = await world.ask(operation.method, address(operation), { token })
          assert.equal(status, 401)
          assert.match(body.code, /^(credential_malformed|token_invalid)$/)
        }
      })
    }
  }

  test('a credential of one kind opens no route of another', async () => {
    for (const operation of operations.filter(({ authority }) => !['public', 'inspector', 'monitor'].includes(authority))) {
      const token = isOfServices(operation) ? operator : service
      assert.equal((await world.ask(operation.method, address(operation), { token })).status, 401, operation.operationId)
    }
  })

  test('an id in a path that cannot be one is not found', async () => {
    for (const id of ['%00', '%2e%2e%2f', 'a%2Fb', 'x'.repeat(200), '%F0%9F%92%A9', '%ff', '..;', "'%20or%201=1"]) {
      const { status } = await world.ask('GET', `/v1/users/${id}`, { token: operator })
      assert.equal(status, 404, id)
    }
  })

  test('an unknown address is a 404 and a wrong method a 405 that names the right ones', async () => {
    for (const path of ['/v', '/v1', '/v1/users/', '//v1/users', '/v1/nothing', '/v1%2Fusers', '/V1/users']) {
      assertProblem(await world.ask('GET', path), 404, 'not_found')
    }
    const wrong = await world.ask('PUT', '/v1/users')
    assertProblem(wrong, 405, 'method_not_allowed')
    assert.equal(wrong.headers.get('allow'), 'POST, GET, HEAD')
  })

  const rawRefusals: ReadonlyArray<readonly [name: string, bytes: () => string, status: number, code: string]> = [
    ['a header of 10 MB', () => `GET /v1/me HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(10_000_000)}\r\n\r\n`, 431, 'headers_too_large'],
    [
      'a token of 1 MB',
      () => `GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x'.repeat(1_000_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['an address of 1 MB', () => `GET /${'x'.repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'headers_too_large'],
    ['no HTTP', () => 'hello\r\n\r\n', 400, 'request_invalid'],
    ['two lengths', () => 'POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}', 400, 'request_invalid'],
    [
      'a length and chunks',
      () => 'POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
      400,
      'request_invalid',
    ],
    ['a broken host', () => 'GET /healthz HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n', 400, 'request_invalid'],
  ]
  for (const [name, bytes, status, code] of rawRefusals) {
    test(`${name} is refused with a problem document before anything reads it`, async () => {
      const text = await raw(world.port, bytes())
      assert.match(text, new RegExp(`^HTTP/1.1 ${status} `))
      const [head = '', body = ''] = text.split('\r\n\r\n')
      assert.match(head, /content-type: application\/problem\+json/i)
      assert.equal(JSON.parse(body).code, code)
    })
  }

  test('a body that ends too early leaves the server well', async () => {
    const socket = connect(world.port, '127.0.0.1')
    await new Promise((resolve) =>
      socket.write('POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":', resolve),
    )
    socket.destroy()
    assert.equal((await world.ask('GET', '/healthz')).status, 200)
  })

  test('after all of it the server is ready and nothing was stored', async () => {
    assert.equal((await world.ask('GET', '/readyz')).status, 200)
    assert.equal(await state(), stored)
    assert.ok(!world.lines.some((line) => line.includes('a request failed')), 'something was answered as our own fault')
  })
})

/** Sends bytes and reads what comes back until the server hangs up. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    // A peer that is refused while it still sends may see a reset after the answer.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
    socket.write(bytes, 'latin1')
  })
}
