import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { AuthError, ManualClock, refusals } from 'countersign/core'
import { createTimedTokens } from 'countersign/token'

/** A service that hands out addresses to others, and says nothing in them. */
async function open(clock: ManualClock): Promise<{ readonly url: string; [Symbol.asyncDispose](): Promise<void> }> {
  const handles = createTimedTokens({ keys: [Buffer.alloc(32, 3)], purpose: 'report/1', encrypted: true, clock })
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://service.example')
    if (pathname === '/handles') {
      response.end(handles.sign({ user: 'usr_ann', report: 7 }, { expiresInSeconds: 60 }))
      return
    }
    try {
      response.end(JSON.stringify(handles.verify(searchParams.get('h') ?? '')))
    } catch (error) {
      response.writeHead(error instanceof AuthError ? refusals[error.code].status : 500).end(error instanceof AuthError ? error.code : '')
    }
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

test('[A20] a link with an encrypted handle works for one minute, says nothing, and bears no change', async () => {
  const clock = new ManualClock(1_900_000_000_000)
  await using service = await open(clock)
  const get = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
    const response = await fetch(service.url + path)
    return { status: response.status, text: await response.text() }
  }
  const handle = (await get('/handles')).text
  assert.ok(!Buffer.from(handle, 'base64url').toString('latin1').includes('usr_ann'))
  assert.equal(encodeURIComponent(handle), handle)
  assert.deepEqual(JSON.parse((await get(`/report?h=${handle}`)).text), { user: 'usr_ann', report: 7 })
  const changed = `${handle.slice(0, 30)}${handle[30] === 'A' ? 'B' : 'A'}${handle.slice(31)}`
  assert.deepEqual(await get(`/report?h=${changed}`), { status: 401, text: 'token_invalid' })
  clock.advance(60_000)
  assert.deepEqual(await get(`/report?h=${handle}`), { status: 401, text: 'token_expired' })
})
