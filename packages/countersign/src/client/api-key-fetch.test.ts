import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newApiKey, systemRandom } from '../core/index.ts'
import { apiKeyFetch } from './api-key-fetch.ts'

const KEY = newApiKey({ environment: 'live', id: `key_${'A'.repeat(22)}` }, systemRandom)
const ORIGIN = 'https://api.example'
const VARIABLE = 'COUNTERSIGN_TEST_API_KEY'

interface Sent {
  readonly url: string
  readonly authorization: string | null
  readonly trace: string | null
  readonly redirect: string | undefined
}

function recorder(): { readonly sent: Sent[]; readonly platform: { readonly fetch: typeof globalThis.fetch } } {
  const sent: Sent[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers)
    const url = input instanceof Request ? input.url : String(input)
    sent.push({ url, authorization: headers.get('authorization'), trace: headers.get('x-trace'), redirect: init?.redirect })
    return new Response('{}')
  }
  return { sent, platform: { fetch } }
}

test('[E01] a program takes its key from the environment, and sends it to its origin alone', async () => {
  const { sent, platform } = recorder()
  process.env[VARIABLE] = `${KEY}\n`
  try {
    const call = apiKeyFetch({ origin: ORIGIN, variable: VARIABLE, platform })
    await call('/orders?page=2', { headers: { 'x-trace': '1' } })
    await call(new Request(`${ORIGIN}/orders`, { headers: { 'x-trace': '2' } }))
    const authorization = `Bearer ${KEY}`
    assert.deepEqual(sent, [
      { url: `${ORIGIN}/orders?page=2`, authorization, trace: '1', redirect: 'error' },
      { url: `${ORIGIN}/orders`, authorization, trace: '2', redirect: 'error' },
    ])
    for (const url of [
      'https://evil.example/',
      '//evil.example/',
      'http://api.example/',
      'https://api.example:8443/',
      'https://api.example.evil.example/',
    ]) {
      await assert.rejects(call(url), TypeError, url)
    }
    assert.equal(sent.length, 2)
  } finally {
    delete process.env[VARIABLE]
  }
})

test('[E01] a key that is missing or mistyped is said at once, and not repeated; an origin is one, over https', () => {
  const { platform } = recorder()
  assert.throws(() => apiKeyFetch({ origin: ORIGIN, variable: VARIABLE, platform }), /set COUNTERSIGN_TEST_API_KEY/)
  for (const key of [KEY.slice(0, -1), `${KEY}A`, KEY.replace('live', 'test'), 'secret']) {
    assert.throws(
      () => apiKeyFetch({ origin: ORIGIN, key, platform }),
      (error: Error) => error instanceof TypeError && !error.message.includes(key),
    )
  }
  for (const origin of ['api.example', `${ORIGIN}/v1`, 'http://api.example', '']) {
    assert.throws(() => apiKeyFetch({ origin, key: KEY, platform }), TypeError, origin)
  }
  assert.doesNotThrow(() => apiKeyFetch({ origin: 'http://127.0.0.1:4000', key: KEY, platform }))
})
