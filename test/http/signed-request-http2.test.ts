import assert from 'node:assert/strict'
import { type ClientHttp2Session, connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { Requirement, Verifier } from 'countersign'
import { AuthError } from 'countersign/core'
import { guard } from 'countersign/node'
import type { Mount } from './mount.ts'
import { type Call, sendBytes, bytesOf, signers } from './signed-call.ts'
import { signedMounts } from './signed-mount.ts'
import { SignedService } from './signed-service.ts'

const BODY = JSON.stringify({ items: Array.from({ length: 4000 }, (_, index) => index) })

/** The guard in front of a handler of `node:http2`, which reads the body after it. */
const overHttp2 =
  (requirement: Requirement): Mount =>
  async (verifier: Verifier, onHandled) => {
    const guarded = guard(verifier, requirement)
    const server = createServer(async (request, response) => {
      const principal = await guarded(request, response)
      if (principal === undefined) return
      onHandled()
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      response.writeHead(200).end(JSON.stringify({ user: principal.user, body: Buffer.concat(chunks).toString() }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      port: (server.address() as AddressInfo).port,
      close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
    }
  }

interface Pieces {
  readonly announced?: boolean
  readonly pieces: readonly string[]
  /** Say that it is over with the last piece, or afterwards by a frame of its own. */
  readonly endsWith?: 'last piece' | 'own frame'
}

function ask(session: ClientHttp2Session, call: Call, { announced = false, pieces, endsWith = 'last piece' }: Pieces): Promise<string> {
  return new Promise((resolve, reject) => {
    const length = announced ? { 'content-length': Buffer.byteLength(pieces.join('')) } : {}
    const stream = session.request({ ':method': call.method, ':path': call.target, ...call.headers, ...length }, { endStream: false })
    let status = 0
    let text = ''
    stream.on('response', (headers) => {
      status = headers[':status'] ?? 0
    })
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      text += chunk
    })
    stream.on('error', reject)
    stream.on('end', () => resolve(status === 200 ? JSON.parse(text).body : JSON.parse(text).code))
    void send()
    async function send(): Promise<void> {
      for (const piece of endsWith === 'last piece' ? pieces.slice(0, -1) : pieces) {
        stream.write(piece)
        // So that it leaves in a frame of its own.
        await new Promise(setImmediate)
      }
      stream.end(endsWith === 'last piece' ? pieces.at(-1) : undefined)
    }
  })
}

const halves = [BODY.slice(0, 100), BODY.slice(100)]
const bodies: Readonly<Record<string, Pieces>> = {
  'whole, with its length': { announced: true, pieces: [BODY] },
  'in pieces, with its length': { announced: true, pieces: halves },
  whole: { pieces: [BODY] },
  'in pieces': { pieces: halves },
  'ended by a frame of its own': { pieces: halves, endsWith: 'own frame' },
  'whole, ended by a frame of its own': { pieces: [BODY], endsWith: 'own frame' },
}

async function withSession(service: SignedService, use: (session: ClientHttp2Session) => Promise<void>): Promise<void> {
  const session = connect(`http://${service.host}`)
  try {
    await use(session)
  } finally {
    session.destroy()
  }
}

test('[A05] over HTTP/2 a body is read to its end, said to be so long or not, and left for the handler', async () => {
  await using service = await SignedService.open(overHttp2({ signed: true }))
  await withSession(service, async (session) => {
    for (const form of ['http-message', 'hawk', 'sigv4', 'jwt'] as const) {
      for (const [name, pieces] of Object.entries(bodies)) {
        const call: Call = { method: 'POST', target: '/signed', headers: { 'content-type': 'application/json' }, body: BODY }
        const signed = await signers[form](call, service.signer())
        assert.equal(await ask(session, signed, pieces), BODY, `${form}, ${name}`)
      }
    }
  })
})

test('[A05] over HTTP/2 what was changed on the way is refused, also what was added, and what has no body', async () => {
  await using service = await SignedService.open(overHttp2({ signed: true }))
  await withSession(service, async (session) => {
    const call: Call = { method: 'POST', target: '/signed', headers: { 'content-type': 'application/json' }, body: BODY }
    const other = `${BODY.slice(0, -3)}1]}`
    const refused = async (pieces: readonly string[]): Promise<string> =>
      ask(session, await signers['http-message'](call, service.signer()), { pieces })
    assert.equal(await refused([other]), 'digest_mismatch')
    assert.equal(await refused([BODY, ' ']), 'digest_mismatch')
    assert.equal(await refused(['']), 'digest_mismatch')
    const { body: _none, ...bare } = call
    assert.equal(await ask(session, await signers.hawk(bare, service.signer()), { pieces: [''] }), '')
    assert.equal(await ask(session, await signers.hawk(bare, service.signer()), { pieces: ['a'] }), 'digest_mismatch')
  })
})

test('over HTTP/2 a body over the limit is refused before it has come', async () => {
  await using service = await SignedService.open(overHttp2({ signed: true }), { signedRequests: { bodyLimitBytes: 1000 } })
  await withSession(service, async (session) => {
    const call: Call = { method: 'POST', target: '/signed', headers: { 'content-type': 'application/json' }, body: BODY }
    const signed = await signers['http-message'](call, service.signer())
    assert.equal(await ask(session, signed, { pieces: halves }), 'content_too_large')
  })
})

test('over HTTP/2 a body that breaks off is refused', async () => {
  await using service = await SignedService.open(overHttp2({ signed: true }))
  await withSession(service, async (session) => {
    const call: Call = { method: 'POST', target: '/signed', headers: { 'content-type': 'application/json' }, body: BODY }
    const signed = await signers['http-message'](call, service.signer())
    const stream = session.request({ ':method': 'POST', ':path': '/signed', ...signed.headers }, { endStream: false })
    stream.on('error', () => undefined)
    stream.write(BODY.slice(0, 100), () => session.destroy())
    while (service.thrown.length === 0) await new Promise(setImmediate)
    const [refusal] = service.thrown
    assert.ok(refusal instanceof AuthError)
    assert.deepEqual([refusal.code, refusal.detail['reason']], ['request_invalid', 'broken_off'])
    assert.equal(service.handled, 0)
  })
})

test('over HTTP/1.1 a request that says nothing of a body has none (RFC 9112 section 6.3)', async () => {
  for (const mount of Object.values(signedMounts)) {
    await using service = await SignedService.open(mount)
    const signed = await signers.hawk({ method: 'POST', target: '/api/signed' }, service.signer())
    const { status, body } = await sendBytes(service.port, bytesOf(signed, service.host))
    assert.equal(status, 200, body)
  }
})
