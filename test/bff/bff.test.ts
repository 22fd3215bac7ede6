import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { WebSocket } from 'ws'
import { type Backend, Browser, BffWorld, bffMounts } from './bff-world.ts'
import { PATIENCE_MS, until } from '../http/patience.ts'
import { sendRaw } from '../http/raw-request.ts'
import { PASSWORD } from '../http/server-world.ts'

let world: BffWorld
before(async () => {
  world = await BffWorld.open()
})
after(() => world[Symbol.asyncDispose]())

const codeOf = async (response: Response): Promise<string> => ((await response.json()) as { code: string }).code

for (const [name, mount] of Object.entries(bffMounts)) {
  suite(`the token handler on ${name}`, () => {
    let backend: Backend
    let browser: Browser
    before(async () => {
      backend = await world.backend(mount)
      browser = await world.signedIn(backend)
    })

    test('[C06] the browser holds one cookie for its session, which no script reads, and gets no token', async () => {
      const { email } = await world.server.person()
      const response = await new Browser(backend).post('/bff/sign-in', { email, password: PASSWORD })
      const cookies = response.headers.getSetCookie()
      const text = await response.text()
      assert.equal(cookies.length, 2)
      assert.match(cookies[0] ?? '', /^__Host-bff=[^;]{500,4000}; Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=Strict$/)
      assert.match(cookies[1] ?? '', /^__Host-bff-device=[^;]+; Path=\/; Max-Age=34560000; Secure; HttpOnly; SameSite=Strict$/)
      assert.doesNotMatch(text + cookies.join(), /eyJ(?:hbGciOi|0eXAiOi)|cs_rt_[\w-]{22}\.|access_token/)
      assert.equal(JSON.parse(text).user.email, email)
    })

    test('[C06] the page learns who is signed in, and nothing confidential', async () => {
      const shown = (await (await browser.fetch('/bff/session')).json()) as Record<string, unknown>
      assert.deepEqual(Object.keys(shown).sort(), ['authenticated_at', 'csrf_token', 'expires_at', 'methods', 'signed_in', 'user'])
      assert.equal(shown['signed_in'], true)
      assert.deepEqual(await (await new Browser(backend).fetch('/bff/session')).json(), { signed_in: false })
    })

    test('[C06] a request goes on with the access token, and without the cookie', async () => {
      const response = await browser.fetch('/api/orders?open=1&x=%2F', { headers: { 'x-own': 'kept', 'accept-language': 'de' } })
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('x-upstream'), 'yes')
      assert.equal(response.headers.get('cache-control'), 'no-store')
      const { url, headers } = world.upstream.last
      assert.equal(url, '/base/orders?open=1&x=%2F')
      assert.match(String(headers['authorization']), /^Bearer eyJ/)
      assert.equal(headers['cookie'], undefined)
      assert.equal(headers['x-own'], 'kept')
      assert.equal(headers['host'], new URL(world.upstream.origin).host)
      assert.equal(headers['x-forwarded-host'], `127.0.0.1:${backend.port}`)
      assert.equal(headers['x-forwarded-for'], '127.0.0.1')
      assert.equal(await world.server.verdictOn(String(headers['authorization']).slice(7)), '200')
    })

    test('[C06] bodies stream both ways, while both ends are still speaking', async () => {
      let upstreamHas = ''
      let answering: import('node:http').ServerResponse | undefined
      world.upstream.answer = (request, response) => {
        if (request.url !== '/base/stream') return false
        answering = response
        response.writeHead(200, { 'content-type': 'text/plain' })
        request.on('data', (chunk) => {
          upstreamHas += chunk
          response.write(`got ${chunk}`)
        })
        request.on('end', () => response.end('end'))
        return true
      }
      let more: ((text: string | undefined) => void) | undefined
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          more = (text) => (text === undefined ? controller.close() : controller.enqueue(new TextEncoder().encode(text)))
        },
      })
      const asked = browser.fetch('/api/stream', { method: 'POST', body, duplex: 'half' } as RequestInit)
      more?.('one')
      await until('the upstream has the first part', () => upstreamHas === 'one')
      const reader = (await asked).body?.pipeThrough(new TextDecoderStream()).getReader()
      assert.equal((await reader?.read())?.value, 'got one')
      more?.('two')
      assert.equal((await reader?.read())?.value, 'got two')
      more?.(undefined)
      assert.equal((await reader?.read())?.value, 'end')
      assert.equal((await reader?.read())?.done, true)
      assert.equal(answering?.writableFinished, true)
      world.upstream.answer = undefined
    })

    test('[C06] a browser that goes away takes the request to the upstream with it', async () => {
      let closed = 0
      world.upstream.answer = (request, response) => {
        if (request.url !== '/base/endless') return false
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('data: 1\n\n')
        response.on('close', () => void closed++)
        return true
      }
      const leaving = new AbortController()
      const response = await browser.fetch('/api/endless', { signal: leaving.signal })
      await response.body?.getReader().read()
      leaving.abort()
      await until('the upstream notices', () => closed === 1)
      const early = new AbortController()
      const asked = browser.fetch('/api/held', { signal: early.signal })
      const before = world.upstream.held.length
      await until('the upstream has the request', () => world.upstream.held.length > before)
      early.abort()
      await assert.rejects(asked)
      await until('the upstream notices', () => world.upstream.held.at(-1)?.destroyed === true)
      world.upstream.answer = undefined
    })

    test('[C06] an answer that the upstream breaks off is broken off, and never taken for the whole', async () => {
      world.upstream.answer = (request, response) => {
        if (request.url !== '/base/half') return false
        response.writeHead(200, request.headers['x-length'] === undefined ? {} : { 'content-length': '100' })
        response.write('half')
        setImmediate(() => response.destroy())
        return true
      }
      await assert.rejects(async () => (await browser.fetch('/api/half')).text())
      await assert.rejects(async () => (await browser.fetch('/api/half', { headers: { 'x-length': '1' } })).text())
      world.upstream.answer = undefined
    })

    test('[C06] a body over the limit is refused, announced or not', async () => {
      const before = world.upstream.received.length
      const announced = await browser.fetch('/api/orders', { method: 'POST', body: 'a'.repeat(1001) })
      assert.equal(await codeOf(announced), 'content_too_large')
      let sent = 0
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (++sent > 10) controller.close()
          else controller.enqueue(new Uint8Array(200))
        },
      })
      const streamed = browser.fetch('/api/orders', { method: 'POST', body, duplex: 'half' } as RequestInit)
      const outcome = await streamed.then(
        ({ status }) => status,
        () => 413,
      )
      assert.equal(outcome, 413)
      assert.equal(world.upstream.received.length, before)
    })

    test('[C06] what a page says of where it comes from, and credentials of its own, do not reach the upstream', async () => {
      const forged = {
        authorization: 'Bearer forged',
        forwarded: 'for=10.0.0.1',
        'x-forwarded-for': '10.0.0.1',
        'x-forwarded-proto': 'gopher',
        'x-forwarded-user': 'admin',
        x_forwarded_for: '10.0.0.1',
        'x-real-ip': '10.0.0.1',
        'x-original-url': '/admin',
        signature: 'sig1=:AA==:',
        'signature-input': 'sig1=()',
        dpop: 'x',
        'x-hop': 'dropped',
        'proxy-authorization': 'Basic x',
      }
      const lines = Object.entries({ ...forged, cookie: browser.cookie, te: 'trailers' })
      const { status } = await sendRaw(backend.port, {
        target: '/api/orders',
        headers: [['Connection', 'close, x-hop, X-Other'], ...lines],
      })
      assert.equal(status, 200)
      const { headers } = world.upstream.last
      assert.match(String(headers['authorization']), /^Bearer eyJ/)
      assert.equal(headers['x-forwarded-for'], '127.0.0.1')
      assert.equal(headers['x-forwarded-proto'], 'http')
      for (const dropped of [
        'forwarded',
        'x-forwarded-user',
        'x_forwarded_for',
        'x-real-ip',
        'x-original-url',
        'signature',
        'signature-input',
      ]) {
        assert.equal(headers[dropped], undefined, dropped)
      }
      for (const dropped of ['dpop', 'x-hop', 'proxy-authorization', 'te', 'cookie', 'sec-fetch-site']) {
        assert.equal(headers[dropped], undefined, dropped)
      }
    })

    test('[C06] an upstream sets no cookie here, opens the answer to no other origin and asks nobody for a password', async () => {
      world.upstream.answer = (request, response) => {
        if (request.url !== '/base/evil') return false
        response.writeHead(401, {
          'set-cookie': ['__Host-bff=evil', 'a=b'],
          'access-control-allow-origin': '*',
          'access-control-allow-credentials': 'true',
          'clear-site-data': '"cookies"',
          'strict-transport-security': 'max-age=0',
          'www-authenticate': 'Basic realm="type it here"',
          connection: 'x-internal',
          'x-internal': 'secret',
          'cache-control': 'private, max-age=60',
        })
        response.end('evil')
        return true
      }
      const response = await browser.fetch('/api/evil')
      assert.equal(response.status, 401)
      for (const [header] of response.headers) {
        assert.doesNotMatch(header, /^(set-cookie|access-control|clear-site|strict-transport|www-auth|x-internal)/)
      }
      assert.equal(response.headers.get('cache-control'), 'private, max-age=60')
      assert.match(response.headers.get('vary') ?? '', /cookie/i)
      world.upstream.answer = undefined
    })

    for (const target of [
      '/api/../admin',
      '/api/%2e%2e/admin',
      '/api/.%2E/admin',
      '/api/a/..%2fadmin',
      '/api/..%5cadmin',
      '/api/..;/admin',
      '/api/a/./b',
      '/api/a\\..\\b',
      '/api/a%00b',
      '/api/#x',
    ]) {
      test(`[C06] a path that could mean another one is refused: ${target}`, async () => {
        const before = world.upstream.received.length
        const { status } = await sendRaw(backend.port, { target, headers: [['Cookie', browser.cookie]] })
        assert.ok(status === 400 || status === 404, String(status))
        assert.equal(world.upstream.received.length, before)
      })
    }

    for (const target of ['http://127.0.0.1:1/api/x', '//127.0.0.1:1/api/x', '/%61pi/x', '/apiary', '/API/x', '/api@127.0.0.1:1/']) {
      test(`[C06] nothing in a request says where it goes: ${target}`, async () => {
        const before = world.upstream.received.length
        const { status } = await sendRaw(backend.port, { target, headers: [['Cookie', browser.cookie]] })
        assert.ok(status === 400 || status === 404, String(status))
        assert.equal(world.upstream.received.length, before)
      })
    }

    for (const [what, lines] of [
      ['two lengths', ['Content-Length: 3', 'Content-Length: 30']],
      ['a length and a coding', ['Content-Length: 3', 'Transfer-Encoding: chunked']],
      ['an unknown coding', ['Transfer-Encoding: gzip, chunked']],
      ['a coding with a space before the colon', ['Transfer-Encoding : chunked']],
      ['a length that is none', ['Content-Length: +3']],
    ] as const) {
      test(`[C06] a request with ${what} never becomes two: refused`, async () => {
        const before = world.upstream.received.length
        const head = [`POST /api/orders HTTP/1.1`, 'Host: x', `Cookie: ${browser.cookie}`, `X-CSRF-Token: ${browser.csrf}`, ...lines]
        const text = `${head.join('\r\n')}\r\n\r\n0\r\n\r\nGET /api/smuggled HTTP/1.1\r\nHost: x\r\n\r\n`
        assert.match(await rawAnswer(backend.port, text), /^HTTP\/1\.1 400 /)
        assert.equal(world.upstream.received.length, before)
      })
    }

    test('[C06] the body of a DELETE is framed, and what follows it stays a request of its own', async () => {
      const head = [`DELETE /api/orders/1 HTTP/1.1`, 'Host: x', `Cookie: ${browser.cookie}`, `X-CSRF-Token: ${browser.csrf}`]
      const smuggled = 'GET /base/smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
      const chunked = `${[...head, 'Transfer-Encoding: chunked', 'Connection: close'].join('\r\n')}\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`
      assert.match(await rawAnswer(backend.port, chunked), /^HTTP\/1\.1 200 /)
      assert.equal(world.upstream.last.method, 'DELETE')
      assert.equal(world.upstream.last.body, smuggled)
    })

    test('[C06] TRACE, which would tell the page its token, is refused', async () => {
      const { status } = await sendRaw(backend.port, { method: 'TRACE', target: '/api/orders', headers: [['Cookie', browser.cookie]] })
      assert.ok(status === 405 || status === 404, String(status))
    })

    test('[C06] [C03] changes need a page of ours and its token', async () => {
      const change = (headers: Record<string, string>): Promise<Response> => browser.post('/api/orders', {}, headers)
      assert.equal((await change({})).status, 200)
      const before = world.upstream.received.length
      for (const headers of [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'none', origin: 'https://evil.example' },
        { 'x-csrf-token': 'wrong' },
        { 'x-csrf-token': (await world.signedIn(backend)).csrf },
      ]) {
        assert.equal(await codeOf(await change(headers)), 'csrf_refused')
      }
      assert.equal(world.upstream.received.length, before)
      const forged = await new Browser(backend).post(
        '/bff/sign-in',
        { email: 'a@example.com', password: 'x' },
        { 'sec-fetch-site': 'cross-site' },
      )
      assert.equal(await codeOf(forged), 'csrf_refused')
      const form = await browser.fetch('/bff/sign-in', { method: 'POST', body: new URLSearchParams({ email: 'a', password: 'b' }) })
      assert.equal(await codeOf(form), 'content_type_unsupported')
    })

    test('[C06] without a session, and with a cookie that is not ours, nothing goes on', async () => {
      const before = world.upstream.received.length
      assert.equal(await codeOf(await new Browser(backend).fetch('/api/orders')), 'credential_missing')
      for (const value of ['x', (browser.cookieNamed('__Host-bff') ?? '').slice(0, -2), 'A'.repeat(4000)]) {
        assert.equal(await codeOf(await new Browser(backend, new Map([['__Host-bff', value]])).fetch('/api/orders')), 'credential_missing')
      }
      assert.equal(world.upstream.received.length, before)
      assert.equal((await new Browser(backend).fetch('/open/thing')).status, 200)
      assert.equal(world.upstream.last.headers['authorization'], undefined)
    })

    test('[C06] what is not of the handler is left to the application', async () => {
      const response = await browser.fetch('/somewhere')
      assert.equal(response.status, 404)
      assert.match(await response.text(), /the page/)
    })

    test('[C06] a WebSocket goes through with the token, both ways, and ends with the sign-out', async () => {
      const own = await world.signedIn(backend)
      const options = { headers: { cookie: own.cookie, origin: backend.origin, 'x-forwarded-for': '10.0.0.1' } }
      const socket = new WebSocket(`ws://127.0.0.1:${backend.port}/api/live?room=1`, ['chat'], options)
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      assert.equal(socket.protocol, 'chat')
      const { url, headers } = world.upstream.last
      assert.equal(url, '/base/live?room=1')
      assert.match(String(headers['authorization']), /^Bearer eyJ/)
      assert.equal(headers['cookie'], undefined)
      assert.equal(headers['x-forwarded-for'], '127.0.0.1')
      const echoed = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))))
      socket.send('hello')
      assert.equal(await echoed, 'hello')
      const ended = new Promise((resolve) => socket.once('close', resolve))
      assert.equal((await own.post('/bff/sign-out', {})).status, 204)
      await ended
    })

    for (const [what, path, headers, status] of [
      ['of another origin', '/api/live', { origin: 'https://evil.example' }, 403],
      ['that says it is of another site', '/api/live', { 'sec-fetch-site': 'cross-site' }, 403],
      ['to an upstream that takes none', '/open/live', {}, 400],
      ['that the upstream refuses', '/api/refused', {}, 403],
    ] as const) {
      test(`[C06] a WebSocket ${what} is refused`, async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${backend.port}${path}`, {
          headers: { cookie: browser.cookie, origin: backend.origin, ...headers },
        })
        const answer = await new Promise<import('node:http').IncomingMessage>((resolve) =>
          socket.once('unexpected-response', (_, response) => resolve(response)),
        )
        assert.equal(answer.statusCode, status)
        assert.equal(answer.headers['set-cookie'], undefined)
        answer.destroy()
      })
    }

    test('[C06] nothing but WebSockets is upgraded', async () => {
      const lines = [
        'GET /api/live HTTP/1.1',
        'Host: x',
        `Cookie: ${browser.cookie}`,
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
      ]
      assert.match(await rawAnswer(backend.port, `${lines.join('\r\n')}\r\nHTTP2-Settings: AA\r\n\r\n`), /^HTTP\/1\.1 400 /)
    })

    test('[C06] signing out ends the session everywhere and takes the cookie', async () => {
      const own = await world.signedIn(backend)
      await own.fetch('/api/orders')
      const token = String(world.upstream.last.headers['authorization']).slice(7)
      const stolen = own.copy()
      const response = await own.post('/bff/sign-out', {})
      assert.equal(response.status, 204)
      assert.match(response.headers.getSetCookie()[0] ?? '', /^__Host-bff=; .*Max-Age=0/)
      assert.equal(own.cookieNamed('__Host-bff'), undefined)
      assert.equal(await world.server.verdictOn(token), 'token_revoked')
      backend.clock.advance(290_000)
      assert.equal(await codeOf(await stolen.fetch('/api/orders')), 'refresh_invalid')
      assert.deepEqual(await (await stolen.fetch('/bff/session')).json(), { signed_in: false })
    })
  })
}

function rawAnswer(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8')
    socket.setTimeout(PATIENCE_MS, () => void socket.destroy())
    socket.on('data', (chunk: string) => {
      answer += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
    socket.write(text)
    socket.on('data', () => void setImmediate(() => socket.end()))
  })
}
