import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { AuthError } from 'countersign/core'
import { type CookieCodec, createEncryptedCookies, createSignedCookies } from 'countersign/cookie'
import { cookieJar as expressJar } from 'countersign/express'
import { cookieJar as fastifyJar } from 'countersign/fastify'
import { cookieJar as honoJar } from 'countersign/hono'
import { cookieJar as nodeJar } from 'countersign/node'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { listening, listeningFetch, type Mounted, portOf } from './listening.ts'

const NAME = '__Host-cart'
const life = { expiresInSeconds: 3600 }

/** What a handler says of the cookie that it found. */
function told(read: () => { readonly value: string; readonly isNewest: boolean } | undefined): string {
  try {
    return JSON.stringify(read() ?? 'none')
  } catch (error) {
    if (error instanceof AuthError) return JSON.stringify(error.code)
    throw error
  }
}

/** `/set` sets two cookies, `/clear` takes one away, `/read` says what it finds. */
const services: Readonly<Record<string, (codec: CookieCodec) => Promise<Mounted>>> = {
  'node:http'(codec) {
    const jar = nodeJar(codec)
    return listening(
      createServer((request, response) => {
        if (request.url === '/set') {
          jar.set(response, NAME, 'three apples', life)
          jar.set(response, '__Host-other', 'x', life)
        }
        if (request.url === '/clear') jar.clear(response, NAME)
        response.end(told(() => jar.read(request, NAME)))
      }),
    )
  },
  Express(codec) {
    const jar = expressJar(codec)
    const app = express()
    app.get('/{*path}', (request, response) => {
      if (request.path === '/set') {
        jar.set(response, NAME, 'three apples', life)
        jar.set(response, '__Host-other', 'x', life)
      }
      if (request.path === '/clear') jar.clear(response, NAME)
      response.send(told(() => jar.read(request, NAME)))
    })
    return listening(createServer(app))
  },
  async Fastify(codec) {
    const jar = fastifyJar(codec)
    const app = fastify()
    app.get('/*', async (request, reply) => {
      if (request.url === '/set') {
        jar.set(reply, NAME, 'three apples', life)
        jar.set(reply, '__Host-other', 'x', life)
      }
      if (request.url === '/clear') jar.clear(reply, NAME)
      return told(() => jar.read(request, NAME))
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    return { port: portOf(app.server), close: () => app.close() }
  },
  Hono(codec) {
    const jar = honoJar(codec)
    const app = new Hono()
    app.get('/*', (context) => {
      if (context.req.path === '/set') {
        jar.set(context, NAME, 'three apples', life)
        jar.set(context, '__Host-other', 'x', life)
      }
      if (context.req.path === '/clear') jar.clear(context, NAME)
      return context.text(told(() => jar.read(context, NAME)))
    })
    return listeningFetch(app.fetch)
  },
}

const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]

for (const [framework, open] of Object.entries(services)) {
  suite(`cookies in ${framework}`, () => {
    for (const [kind, create] of [
      ['signed', createSignedCookies],
      ['encrypted', createEncryptedCookies],
    ] as const) {
      test(`[C08] ${kind} ones are set, read, refused when they were changed, and taken away`, async () => {
        const { port, close } = await open(create({ keys: [second, first] }))
        try {
          const ask = (path: string, cookie?: string): Promise<Response> =>
            fetch(`http://127.0.0.1:${port}${path}`, { headers: cookie === undefined ? {} : { cookie } })
          const read = async (cookie?: string): Promise<unknown> => JSON.parse(await (await ask('/read', cookie)).text())
          const cookies = (await ask('/set')).headers.getSetCookie()
          assert.equal(cookies.length, 2)
          assert.match(cookies[0] ?? '', /^__Host-cart=[\w.-]+; Path=\/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax$/)
          const [sent = ''] = (cookies[0] ?? '').split(';')
          assert.deepEqual(await read(`theme=dark; ${sent}`), { value: 'three apples', isNewest: true })
          assert.equal(await read(), 'none')
          assert.equal(await read('__Host-cart2=x'), 'none')
          assert.equal(await read(`${sent}; ${sent}`), 'credential_malformed')
          assert.equal(await read(`${NAME}=`), kind === 'signed' ? 'credential_malformed' : 'token_invalid')
          const [other = ''] = (cookies[1] ?? '').split(';')
          assert.equal(await read(other.replace('__Host-other', NAME)), 'token_invalid')
          const older = create({ keys: [first] }).write(NAME, 'old', life)
          assert.deepEqual(await read(`${NAME}=${older}`), { value: 'old', isNewest: false })
          assert.deepEqual((await ask('/clear', sent)).headers.getSetCookie(), [
            `${NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax`,
          ])
        } finally {
          await close()
        }
      })
    }
  })
}
