import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { addressList, ManualClock, systemClock } from 'countersign/core'
import { Outbound, type OutboundError, type OutboundOptions } from './outbound.ts'

const nobody = (): boolean => false
const loopback = addressList(['127.0.0.0/8', '::1'])
const allowsLoopback = (address: string): boolean => loopback.has(address)

/** A name server that answers once with the first list, then with the next. */
const answering = (...answers: readonly (readonly string[])[]) => {
  let asked = 0
  return async () => answers[Math.min(asked++, answers.length - 1)] ?? []
}

function outbound(options: Partial<OutboundOptions> = {}): Outbound {
  return new Outbound({ clock: systemClock, allows: nobody, ...options })
}

const never = new AbortController().signal
const post = (from: Outbound, url: string, signal = never) =>
  from.post({ url, headers: { 'content-type': 'text/plain' }, body: 'hello', signal })

const refusesAs = (code: OutboundError['code']) => (error: OutboundError) => error.code === code

/** `*` stands for the port of a server that must never be reached. */
const literal: readonly (readonly [what: string, url: string, code: OutboundError['code']])[] = [
  ['a loopback address', 'http://127.0.0.1:*/', 'address_not_allowed'],
  ['a loopback address over TLS', 'https://127.0.0.1:*/', 'address_not_allowed'],
  ['a decimal address', 'https://2130706433:*/', 'address_not_allowed'],
  ['an octal address', 'https://0177.0.0.1:*/', 'address_not_allowed'],
  ['a hexadecimal address', 'https://0x7f000001:*/', 'address_not_allowed'],
  ['a shortened address', 'https://127.1:*/', 'address_not_allowed'],
  ['zero', 'https://0:*/', 'address_not_allowed'],
  ['an address with a dot at its end', 'https://127.0.0.1.:*/', 'address_not_allowed'],
  ['full-width digits', 'https://１２７.0.0.1:*/', 'address_not_allowed'],
  ['percent-encoded digits', 'https://%31%32%37.0.0.1:*/', 'address_not_allowed'],
  ['IPv6 loopback', 'https://[::1]:*/', 'address_not_allowed'],
  ['an IPv4-mapped address', 'https://[::ffff:127.0.0.1]:*/', 'address_not_allowed'],
  ['an IPv4-mapped address in hex', 'https://[::ffff:7f00:1]:*/', 'address_not_allowed'],
  ['an IPv4-compatible address', 'https://[::7f00:1]:*/', 'address_not_allowed'],
  ['a 6to4 address', 'https://[2002:7f00:1::]:*/', 'address_not_allowed'],
  ['a unique local address', 'https://[fd00::1]:*/', 'address_not_allowed'],
  ['a link-local address', 'https://[fe80::1]:*/', 'address_not_allowed'],
  ['a mixed octal and hexadecimal address', 'https://0x7f.0.0.01:*/', 'address_not_allowed'],
  ['a NAT64 address', 'https://[64:ff9b::7f00:1]:*/', 'address_not_allowed'],
  ['the metadata of a cloud', 'http://169.254.169.254/latest/meta-data/', 'address_not_allowed'],
  ['a public address without TLS', 'http://8.8.8.8/', 'address_not_allowed'],
  ['credentials in the URL', 'https://a:b@receiver.example/', 'url_not_allowed'],
  ['a fragment', 'https://receiver.example/#x', 'url_not_allowed'],
  ['a file', 'file:///etc/passwd', 'url_not_allowed'],
  ['gopher', 'gopher://receiver.example/', 'url_not_allowed'],
  ['no URL', 'receiver', 'url_not_allowed'],
  ['an endless URL', `https://receiver.example/${'x'.repeat(3000)}`, 'url_not_allowed'],
]

const named: readonly (readonly [what: string, addresses: readonly string[], code: OutboundError['code']])[] = [
  ['a name for loopback', ['127.0.0.1'], 'address_not_allowed'],
  ['a name for a public and a private address', ['8.8.8.8', '127.0.0.1'], 'address_not_allowed'],
  ['a name for an IPv4-mapped address', ['::ffff:127.0.0.1'], 'address_not_allowed'],
  ['a name for a unique local address', ['fd00::1'], 'address_not_allowed'],
  ['a name for something that is no address', ['localhost'], 'address_not_allowed'],
  ['a name for the metadata of a cloud', ['169.254.169.254'], 'address_not_allowed'],
  ['a name for a NAT64 address of loopback', ['64:ff9b::7f00:1'], 'address_not_allowed'],
  ['a name for a zone of this machine', ['fe80::1%lo'], 'address_not_allowed'],
  ['a name for a decimal address', ['2130706433'], 'address_not_allowed'],
  ['a name for nothing', [], 'unresolvable'],
]

suite('calling what somebody else has named', () => {
  let server: Server
  let calls = 0
  let respond: RequestListener = (_request, response) => void response.end('ok')
  const port = (): number => (server.address() as AddressInfo).port
  const at = (url: string): string => url.replace('*', String(port()))

  before(async () => {
    server = createServer((request, response) => {
      calls += 1
      respond(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  for (const [what, url, code] of literal) {
    test(`[F03] ${what} is refused as ${code}, and nothing is sent`, async () => {
      const before = calls
      await assert.rejects(post(outbound(), at(url)), refusesAs(code))
      assert.throws(() => outbound().requireAcceptable(at(url)), refusesAs(code))
      assert.equal(calls, before)
    })
  }

  for (const [what, addresses, code] of named) {
    test(`[F03] ${what} is refused as ${code}, and nothing is sent`, async () => {
      const before = calls
      const from = outbound({ resolve: answering(addresses) })
      await assert.rejects(post(from, at('https://receiver.example:*/')), refusesAs(code))
      await assert.rejects(post(from, at('http://receiver.example:*/')), refusesAs(code))
      assert.equal(calls, before)
    })
  }

  test('[F03] a name whose second answer is another address is connected to by its first, which was judged', async () => {
    const before = calls
    const allows = (address: string): boolean => address === '127.0.0.9'
    const from = outbound({ allows, resolve: answering(['127.0.0.9'], ['127.0.0.1']) })
    // Nobody listens at 127.0.0.9: had it been resolved again, the server at 127.0.0.1 would have answered.
    await assert.rejects(post(from, at('http://rebinding.example:*/')), refusesAs('connection'))
    await assert.rejects(post(from, at('http://rebinding.example:*/')), refusesAs('address_not_allowed'))
    assert.equal(calls, before)
  })

  test('a name server that fails is told as such', async () => {
    const from = outbound({ resolve: () => Promise.reject(new Error('no such name')) })
    await assert.rejects(post(from, 'https://receiver.example/'), refusesAs('unresolvable'))
  })

  test('an allowed address is called, by name and by number, without TLS too', async () => {
    const from = outbound({ allows: allowsLoopback, resolve: answering(['127.0.0.1']) })
    for (const url of ['http://127.0.0.1:*/a', 'http://receiver.example:*/a']) {
      assert.deepEqual(await post(from, at(url)), { status: 200, body: 'ok' })
    }
    from.close()
  })

  test('[F03] a redirect is an answer like any other, and is not followed', async () => {
    respond = (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
    const from = outbound({ allows: allowsLoopback })
    const before = calls
    assert.equal((await post(from, at('http://127.0.0.1:*/'))).status, 302)
    assert.equal(calls, before + 1)
    from.close()
  })

  test('[F03] an endless answer is cut', async () => {
    respond = (_request, response) => {
      const more = (): void => void (response.destroyed || response.write('x'.repeat(8192), more))
      more()
    }
    const from = outbound({ allows: allowsLoopback })
    const reply = await post(from, at('http://127.0.0.1:*/'))
    assert.deepEqual([reply.status, reply.body.length], [200, 16_384])
    from.close()
  })

  test('[F03] who does not answer in time, or stops in the middle, is left', async () => {
    const clock = new ManualClock(0)
    let arrived = (): void => undefined
    respond = () => arrived()
    const from = outbound({ allows: allowsLoopback, clock })
    const asked = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const rejected = assert.rejects(post(from, at('http://127.0.0.1:*/')), refusesAs('timeout'))
    await asked
    clock.advance(10_000)
    await rejected
    from.close()
  })

  test('it can be broken off', async () => {
    const stop = new AbortController()
    respond = () => stop.abort()
    const from = outbound({ allows: allowsLoopback })
    await assert.rejects(post(from, at('http://127.0.0.1:*/'), stop.signal), refusesAs('connection'))
    await assert.rejects(post(from, at('http://127.0.0.1:*/'), stop.signal))
    from.close()
  })
})
