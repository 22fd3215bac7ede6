import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { start } from '../../tool/child.ts'

const file = fileURLToPath(import.meta.resolve('../../example/spa-bff/main.ts'))

test('[C06] the example page signs in, orders and signs out with nothing but a cookie', async () => {
  await using stack = new AsyncDisposableStack()
  const example = stack.adopt(await start(file, [], { PORT: '0' }), (each) => each.kill('SIGTERM'))
  const jar = new Map<string, string>()
  let csrf = ''
  const ask = async (path: string, body?: object): Promise<Response> => {
    const response = await fetch(example.url.replace('localhost', '127.0.0.1') + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
        'x-csrf-token': csrf,
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const [name = '', value = ''] of response.headers.getSetCookie().map((line) => (line.split(';', 1)[0] ?? '').split('='))) {
      jar.set(name, value)
    }
    return response
  }
  const page = await ask('/')
  assert.match(await page.text(), /page\.js/)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'self'/)
  assert.equal((await ask('/page.js')).status, 200)
  assert.equal((await ask('/api/orders')).status, 401)
  const signedIn = await ask('/bff/sign-in', { email: 'ada@example.com', password: 'correct horse battery' })
  assert.equal(signedIn.status, 200)
  csrf = ((await signedIn.json()) as { csrf_token: string }).csrf_token
  assert.equal((await ask('/api/orders', { what: 'apples' })).status, 200)
  assert.deepEqual(await (await ask('/api/orders')).json(), ['apples'])
  assert.equal((await ask('/bff/sign-out', {})).status, 204)
  assert.equal((await ask('/api/orders')).status, 401)
})
