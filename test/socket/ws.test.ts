import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { generateSigningKey, type SigningKey } from 'countersign/key'
import { createDpopProof } from 'countersign/token'
import { WebSocket } from 'ws'
import { sendRaw } from '../http/raw-request.ts'
import { followIssuer } from '../http/guarded-service.ts'
import { bearer, connectWs, openWs, Refused } from './door.ts'
import { until } from './time.ts'

const refusedAs = (code: string) => (error: unknown) => error instanceof Refused && error.code === code

/** The headers of a hand-shake, as RFC 6455 section 1.3 shows them. */
const upgrade: readonly (readonly [string, string])[] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
]

test('[B38] a browser sends its token among the subprotocols, and the service never sees it there', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await openWs(verifier)
  const token = issuer.token({ jti: 'tok_browser' })
  const address = `ws://127.0.0.1:${service.port}`
  for (const [offered, chosen] of [
    [['countersign.bearer', token], 'countersign.bearer'],
    [['countersign.bearer', token, 'chat.v1'], 'chat.v1'],
    [['chat.v1', 'countersign.bearer', token], 'chat.v1'],
  ] as const) {
    const socket = new WebSocket(address, [...offered])
    const line = await connectWs(socket)
    assert.equal(socket.protocol, chosen)
    service.sayAll()
    assert.equal(await line.hear(), 'tok_browser')
    line.close()
    await line.ended
  }
  verifier.close()
})

test('a subprotocol that announces a token and brings none is refused, and so are two credentials', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await openWs(verifier)
  const address = `ws://127.0.0.1:${service.port}`
  const token = issuer.token()
  await assert.rejects(connectWs(new WebSocket(address, ['countersign.bearer'])), refusedAs('credential_malformed'))
  await assert.rejects(connectWs(new WebSocket(address, ['chat.v1', 'countersign.bearer'])), refusedAs('credential_malformed'))
  const both = new WebSocket(address, ['countersign.bearer', token], { headers: bearer(token) })
  await assert.rejects(connectWs(both), refusedAs('credential_malformed'))
  verifier.close()
})

test('[C04] a cookie opens a socket for the pages of the service itself, and for no other page', async () => {
  const { issuer, verifier } = await followIssuer({ cookie: { name: 'at' } })
  await using service = await openWs(verifier)
  const from = (origin: string): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${service.port}`, { headers: { cookie: `at=${issuer.token()}` }, origin })
  const line = await connectWs(from(`http://127.0.0.1:${service.port}`))
  line.close()
  await assert.rejects(connectWs(from('https://evil.example')), refusedAs('csrf_refused'))
  await assert.rejects(connectWs(from('null')), refusedAs('csrf_refused'))
  verifier.close()
})

test('[D03] a socket on a token that is bound to a key opens with a proof, once, and goes on with tokens of the same key', async () => {
  const { clock, issuer, verifier } = await followIssuer()
  await using service = await openWs(verifier)
  const [key, otherKey] = [generateSigningKey('ES256'), generateSigningKey('ES256')]
  const tokenOf = ({ kid }: SigningKey): string => issuer.token({ cnf: { jkt: kid } })
  const token = tokenOf(key)
  const uri = `http://127.0.0.1:${service.port}/`
  const proofBy = (signer: SigningKey): string =>
    createDpopProof(signer, { method: 'GET', uri, id: 'proof-1', issuedAt: clock.now() / 1000, accessToken: token })
  const open = (proof: string): WebSocket =>
    new WebSocket(uri.replace('http', 'ws'), { headers: { authorization: `DPoP ${token}`, DPoP: proof } })
  await assert.rejects(connectWs(open(proofBy(otherKey))), refusedAs('proof_invalid'))
  const line = await connectWs(open(proofBy(key)))
  await assert.rejects(connectWs(open(proofBy(key))), refusedAs('request_replayed'))
  assert.equal(await line.renew(tokenOf(otherKey)), 'token_invalid')
  assert.equal(await line.renew(issuer.token()), 'token_invalid')
  assert.equal(await line.renew(tokenOf(key)), clock.now() / 1000 + 300)
  line.close()
  await line.ended
  verifier.close()
})

test('no token is taken from the URL', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await openWs(verifier)
  const token = issuer.token()
  for (const query of [`token=${token}`, `access_token=${token}`, `authorization=Bearer%20${token}`]) {
    await assert.rejects(connectWs(new WebSocket(`ws://127.0.0.1:${service.port}/?${query}`)), refusedAs('credential_missing'))
  }
  verifier.close()
})

test('a refused hand-shake is a whole HTTP answer: problem document, challenge, and the connection is closed', async () => {
  const { clock, issuer, verifier } = await followIssuer()
  await using service = await openWs(verifier)
  const missing = await sendRaw(service.port, { target: '/', headers: upgrade })
  assert.equal(missing.status, 401)
  assert.equal(missing.headers.get('www-authenticate'), 'Bearer, DPoP algs="ES256 EdDSA RS256 PS256"')
  assert.equal(missing.headers.get('content-type'), 'application/problem+json')
  assert.equal(missing.headers.get('connection'), 'close')
  assert.equal(Buffer.byteLength(missing.body), Number(missing.headers.get('content-length')))
  assert.equal(JSON.parse(missing.body).code, 'credential_missing')
  clock.advance(61_000)
  const unknown = await sendRaw(service.port, { target: '/', headers: [...upgrade, ['Authorization', `Bearer ${issuer.token()}`]] })
  assert.equal(unknown.status, 503)
  assert.match(unknown.headers.get('retry-after') ?? '', /^[1-9]/)
  assert.equal(unknown.headers.has('www-authenticate'), false)
  verifier.close()
})

test('who is admitted and is no WebSocket after all is answered by ws, and watched no more', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await openWs(verifier)
  const headers = upgrade.filter(([name]) => name !== 'Sec-WebSocket-Key')
  const { status } = await sendRaw(service.port, { target: '/', headers: [...headers, ['Authorization', `Bearer ${issuer.token()}`]] })
  assert.equal(status, 400)
  await until(() => verifier.status().watches === 0)
  verifier.close()
})

test('a connection that ends by itself is watched no more', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await openWs(verifier)
  const lines = await Promise.all([service.connect(issuer.token()), service.connect(issuer.token())])
  assert.equal(verifier.status().watches, 2)
  for (const line of lines) line.close()
  await until(() => verifier.status().watches === 0)
  verifier.close()
})

test('[B38] a client that does not obey the close frame is not listened to any more', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await openWs(verifier)
  const raw = await openRaw(service.port, issuer.token())
  raw.write(textFrame('before'))
  await until(() => service.heard.length > 0)
  issuer.revoke('user', 'usr_ann')
  const [closing] = (await once(raw, 'data')) as [Buffer]
  // RFC 6455 section 5.5.1: a close frame begins with the code.
  assert.equal(closing[0], 0x88)
  assert.equal(closing.readUInt16BE(2), 4401)
  assert.equal(closing.subarray(4).toString(), 'token_revoked')
  raw.write(textFrame('after'))
  raw.write(textFrame('{"type":"countersign.renew","access_token":"x"}'))
  raw.end(closeFrame)
  await once(raw, 'close')
  assert.deepEqual(service.heard, ['before'])
  verifier.close()
})

/** A WebSocket without a library that would behave. */
async function openRaw(port: number, token: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  const lines = [...upgrade, ['Host', '127.0.0.1'], ['Authorization', `Bearer ${token}`]].map(([name, value]) => `${name}: ${value}`)
  socket.write(`GET / HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  const [head] = (await once(socket, 'data')) as [Buffer]
  assert.match(head.toString('latin1'), /^HTTP\/1\.1 101 /)
  return socket
}

/** RFC 6455 section 5.2: final, text, masked with zeros. */
const textFrame = (text: string): Buffer => Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0, ...Buffer.from(text)])
const closeFrame = Buffer.from([0x88, 0x80, 0, 0, 0, 0])
