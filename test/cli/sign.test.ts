import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, suite, test } from 'node:test'
import { run } from '../../packages/server/src/cli/program.ts'
import type { Transcript } from './cli-process.ts'

const ID = 'CSKABCDEFGHIJKLMNOPQ'
const SECRET = 'cs_sk_wJalrXUtnFEMI-K7MDENG_bPxRfiCYEXAMPLEKEY'
const KEY = { COUNTERSIGN_KEY_ID: ID, COUNTERSIGN_KEY_SECRET: SECRET }
const URL_ = 'https://api.example.com/orders?a=1'

interface Given {
  readonly environment?: Readonly<Record<string, string>>
  readonly stdin?: string
}

async function countersign(words: readonly string[], { environment = KEY, stdin = '' }: Given = {}): Promise<Transcript> {
  let out = ''
  let err = ''
  const code = await run(words, {
    stdin: Readable.from([stdin]),
    environment,
    print: (line) => {
      out += `${line}\n`
    },
    tell: (line) => {
      err += `${line}\n`
    },
  })
  assert.ok(!`${out}${err}`.includes(SECRET.slice(6, 30)), 'a secret is shown')
  return { code, out, err }
}

suite('countersign sign, presign and verify', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cs-sign-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  /** As the request would stand on the wire. */
  const capture = (headers: string, body: string, start = 'POST /orders?a=1 HTTP/1.1'): string =>
    file(
      'request.txt',
      `${start}\r\nHost: api.example.com\r\n${headers.trimEnd().replaceAll('\n', '\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
  const verdict = async (
    words: readonly string[],
    given?: Given,
  ): Promise<{ code: number | null; valid: boolean; wrong: readonly string[] }> => {
    const { code, out } = await countersign(['verify', join(folder, 'request.txt'), '--json', ...words], given)
    const { valid, findings } = JSON.parse(out) as { valid: boolean; findings: { check: string; ok: boolean }[] }
    return { code, valid, wrong: findings.filter(({ ok }) => !ok).map(({ check }) => check) }
  }
  const fine = { code: 0, valid: true, wrong: [] }

  test('[J03] every verb has help with examples', async () => {
    for (const verb of ['sign', 'presign', 'verify', 'curl']) {
      const { code, out } = await countersign([verb, '--help'])
      assert.equal(code, 0)
      assert.match(out, new RegExp(`Examples:\\n  \\$ countersign ${verb} `))
    }
  })

  for (const form of ['http-message', 'sigv4', 'hawk', 'jwt']) {
    test(`[J03] what is signed in the form ${form} is verified, and every mistake in it is told`, async () => {
      const words = ['sign', 'POST', URL_, '-H', 'Content-Type: text/plain', '-d', 'hello', '--form', form]
      const { code, out, err } = await countersign(words)
      assert.equal(code, 0, err)
      assert.match(out, /^Content-Type: text\/plain$/m)
      capture(out, 'hello')
      assert.deepEqual(await verdict([]), fine)
      assert.deepEqual(await verdict(['--at', '2020-01-01T00:00:00Z']), { code: 1, valid: false, wrong: ['time'] })
      const other = { environment: { ...KEY, COUNTERSIGN_KEY_SECRET: `${SECRET}x` } }
      assert.deepEqual(await verdict([], other), { code: 1, valid: false, wrong: ['signature'] })
      assert.deepEqual((await verdict(['--key-id', 'CSKOTHER'])).wrong, ['key'])
      capture(out, 'hellp')
      assert.deepEqual(await verdict([]), { code: 1, valid: false, wrong: ['body'] })
      capture(out, 'hellp', 'POST /orders?a=2 HTTP/1.1')
      const { wrong } = await verdict(['--at', '2020-01-01T00:00:00Z'])
      assert.ok(wrong.includes('signature'), wrong.join())
    })
  }

  test('[J03] a private key signs by RFC 9421 and as a JWT, and its public half verifies', async () => {
    for (const [name, pair] of [
      ['ed25519', generateKeyPairSync('ed25519')],
      ['p256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
      ['rsa', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ] as const) {
      const secret = file(`${name}.pem`, String(pair.privateKey.export({ format: 'pem', type: 'pkcs8' })))
      const open = file(`${name}.json`, JSON.stringify(pair.publicKey.export({ format: 'jwk' })))
      for (const form of ['http-message', 'jwt']) {
        const words = ['sign', 'POST', URL_, '-d', 'x', '--form', form, '--private-key', secret, '--key-id', ID]
        const { code, out, err } = await countersign(words, { environment: {} })
        assert.equal(code, 0, err)
        capture(out, 'x')
        assert.deepEqual(await verdict(['--public-key', open], { environment: {} }), fine)
      }
      assert.equal((await countersign(['sign', 'GET', URL_, '--form', 'sigv4', '--private-key', secret, '--key-id', ID])).code, 2)
    }
  })

  test('[J03] the secret may come from standard input, and is no option', async () => {
    const words = ['sign', 'GET', URL_, '--key-id', ID, '--secret-stdin', '--json']
    const { code, out } = await countersign(words, { environment: {}, stdin: `${SECRET}\n` })
    assert.equal(code, 0)
    const { method, url, headers } = JSON.parse(out)
    assert.deepEqual([method, url, Object.keys(headers)], ['GET', URL_, ['signature-input', 'signature']])
    for (const option of ['--secret', '--key-secret']) assert.equal((await countersign(['sign', 'GET', URL_, option, 'x'])).code, 2)
  })

  test('[J03] a temporary key takes its session token along', async () => {
    const environment = { ...KEY, COUNTERSIGN_SESSION_TOKEN: 'cs_st_token' }
    assert.match(
      (await countersign(['sign', 'GET', URL_, '--form', 'sigv4'], { environment })).out,
      /^x-csgn-security-token: cs_st_token$/m,
    )
    assert.match((await countersign(['presign', URL_], { environment })).out, /X-Csgn-Security-Token=cs_st_token/)
  })

  test('[J03] [A06] a link names its end, and what it is for', async () => {
    const link = JSON.parse((await countersign(['presign', URL_, '--expires', '60', '--json'])).out)
    assert.match(link.url, /^https:\/\/api\.example\.com\/orders\?.*X-Csgn-Expires=60.*a=1&X-Csgn-Signature=[0-9a-f]{64}$/)
    assert.equal(link.expires_in, 60)
    const amazons = (await countersign(['presign', URL_, '--sigv4', 'aws:amz:us-east-1:execute-api'])).out
    assert.match(amazons, /X-Amz-Credential=CSK\w+%2F\d{8}%2Fus-east-1%2Fexecute-api%2Faws4_request/)
    for (const made of [link.url, amazons.trim(), (await countersign(['presign', URL_, '--form', 'hawk'])).out.trim()]) {
      const { pathname, search } = new URL(made)
      capture('X: y', '', `GET ${pathname}${search} HTTP/1.1`)
      assert.deepEqual(await verdict([]), fine)
      assert.deepEqual((await verdict(['--at', '2099-01-01T00:00:00Z'])).wrong, ['time'])
    }
  })

  test('a body in chunks, and another origin than the one that was captured, are understood', async () => {
    const { out } = await countersign(['sign', 'POST', URL_, '-d', 'hello'])
    const lines = out.trimEnd().replaceAll('\n', '\r\n')
    file(
      'request.txt',
      `POST /orders?a=1 HTTP/1.1\r\nHost: inside:8080\r\n${lines}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`,
    )
    assert.deepEqual(await verdict(['--origin', 'https://api.example.com']), fine)
    assert.deepEqual((await verdict([])).wrong, ['signature'])
  })

  test('a request without a signature, or with less than verifiers want, is told so by name', async () => {
    capture('X: y', '')
    assert.match((await countersign(['verify', join(folder, 'request.txt')])).out, /signature: WRONG, the request carries none/)
    const { out } = await countersign(['sign', 'POST', URL_, '-d', 'x'])
    capture(out.replace('"@method" ', ''), 'x')
    assert.match((await countersign(['verify', join(folder, 'request.txt')])).out, /signature_incomplete, missing "@method"/)
  })

  test('a wrong call ends with 2 and says what was meant', async () => {
    const bad: readonly (readonly [words: readonly string[], said: RegExp, given?: Given])[] = [
      [['sign', 'GET', 'orders'], /not an http or https URL/],
      [['sign', 'GET', 'ftp://a.example/'], /not an http or https URL/],
      [['sign', 'GET', 'https://ann:pw@a.example/'], /a name and a password/],
      [['sign', 'G ET', URL_], /is no method/],
      [['sign', 'GET', URL_, '-H', 'nonsense'], /Not a header/],
      [['sign', 'GET', URL_, '-H', 'A: b\r\nC: d'], /Not a header/],
      [['sign', 'GET', URL_, '--form', 'constructor'], /Use one of http-message, sigv4, hawk, jwt/],
      [['sign', 'GET', URL_, '-d', 'x', '--data-file', 'y'], /exclude each other/],
      [['sign', 'GET', URL_, '--data-file', '/nowhere'], /cannot be read/],
      [['sign', 'GET', URL_, '--sigv4', 'a:b'], /four names/],
      [['sign', 'GET', URL_], /No access key is named/, { environment: {} }],
      [['sign', 'GET', URL_], /secret of CSK\w+ is missing/, { environment: { COUNTERSIGN_KEY_ID: ID } }],
      [['sign', 'GET', URL_], /not one line/, { environment: { ...KEY, COUNTERSIGN_KEY_SECRET: 'a\nuser = "x"' } }],
      [['sign', 'GET', URL_], /id of the access key is none/, { environment: { ...KEY, COUNTERSIGN_KEY_ID: 'a"b' } }],
      [['presign', URL_, '--expires', '0'], /from 1 to 604800/],
      [['presign', URL_, '--form', 'jwt'], /Use sigv4 or hawk/],
      [['presign', URL_, '--form', 'hawk', '--method', 'PUT'], /GET only/],
      [['verify', '/nowhere'], /cannot be read/],
      [['verify', file('empty.txt', '')], /no HTTP request/],
      [['verify', file('empty.txt', ''), '--at', 'noon'], /no HTTP request|no time/],
      [['verify', file('empty.txt', ''), '--public-key', '/nowhere'], /no HTTP request|no key/],
      [['curl'], /secret of CSK\w+ is missing/, { environment: { COUNTERSIGN_KEY_ID: ID } }],
    ]
    for (const [words, said, given] of bad) {
      const { code, err } = await countersign(words, given)
      assert.match(err, said, words.join(' '))
      assert.equal(code, 2, words.join(' '))
    }
  })

  test('[J03] countersign curl ends with curl’s own exit code, and leaves nothing of the key behind', async () => {
    const place = mkdtempSync(join(folder, 'curl-'))
    const environment = { ...KEY, PATH: process.env['PATH'] ?? '' }
    const usual = process.env['TMPDIR']
    process.env['TMPDIR'] = place
    try {
      // 7: nobody listens there.
      assert.equal((await countersign(['curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:1/'], { environment })).code, 7)
    } finally {
      if (usual === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = usual
    }
    assert.deepEqual(readdirSync(place), [])
    assert.equal((await countersign(['curl', '-T', '/nowhere', 'http://127.0.0.1:1/'], { environment })).code, 1)
  })
})
