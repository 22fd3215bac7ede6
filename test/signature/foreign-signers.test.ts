import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { AwsClient } from 'aws4fetch'
import { keyId, openSignedDoor, type SignedDoor, secret, sendAgain } from './signed-door.ts'

interface Aws4Request {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly service: string
  readonly region: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signQuery?: boolean
}

interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | number>>
  readonly body?: string
}

/** aws4 has no types of its own. */
const require = createRequire(import.meta.url)
const aws4 = require('aws4') as {
  sign(request: Aws4Request, credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }): SignedRequest
}

function curl(...args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('curl', ['-sS', '--aws-sigv4', 'csgn:csgn:local:api', '-u', `${keyId}:${secret}`, ...args], { stdio: 'ignore' })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`curl ended with ${code}`))))
  })
}

/** The visits since the last time, all let in; the same bytes again are not. */
async function requireEntered(door: SignedDoor, expected: number): Promise<void> {
  const visits = [...door.visits]
  assert.equal(visits.length, expected)
  for (const visit of visits)
    assert.equal(visit.status, 200, `${visit.method} ${visit.target}: ${visit.answer} ${visit.rawHeaders.join('|')}`)
  for (const visit of visits) assert.equal(await sendAgain(door, visit), 401, `again: ${visit.target}`)
}

async function fileOf(context: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-curl-'))
  context.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'body')
  await writeFile(file, text)
  return file
}

test('[A05] curl --aws-sigv4 signs requests that are let in, and the same bytes sent again are not', async (context) => {
  const door = await openSignedDoor(context)
  await curl(`${door.origin}/v1/things`)
  await curl(`${door.origin}/v1/things?b=2&a=1&a=0&empty&plus=a+b`)
  await curl(`${door.origin}/v1/a%20b/%E2%82%AC/c$d`)
  await curl('-d', 'a=1', `${door.origin}/v1/form`)
  await curl('-H', 'Content-Type: application/json', '-d', '{"a":1}', `${door.origin}/v1/json`)
  await curl('-X', 'DELETE', '-H', 'X-Csgn-Nonce: 1', `${door.origin}/v1/things/1`)
  await requireEntered(door, 6)
})

test('[A05] a file that curl sends without signing it is refused with the header that would sign it, and let in with that', async (context) => {
  const door = await openSignedDoor(context)
  const file = await fileOf(context, 'hello')
  await curl('-T', file, `${door.origin}/v1/file`)
  await curl('-F', 'a=1', `${door.origin}/v1/form`)
  for (const { status, answer } of door.visits) {
    assert.equal(status, 401)
    assert.match(answer, /^digest_mismatch .*empty_body_signed.*x-csgn-content-sha256/)
  }
  const digest = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
  await curl('-T', file, '-H', `X-Csgn-Content-Sha256: ${digest}`, `${door.origin}/v1/file`)
  await curl('-T', await fileOf(context, 'hellp'), '-H', `X-Csgn-Content-Sha256: ${digest}`, `${door.origin}/v1/file`)
  assert.equal(door.visits[2]?.answer, 'ok')
  assert.match(door.visits[3]?.answer ?? '', /^digest_mismatch/)
})

function send(door: SignedDoor, { method, path, headers, body }: SignedRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${door.origin}${path}`, { method, path, headers }, (response) => {
      response.resume()
      response.on('end', resolve)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

test('[A05] aws4 signs requests and links that are let in, and the same bytes sent again are not', async (context) => {
  const door = await openSignedDoor(context)
  const { host } = new URL(door.origin)
  const credentials = { accessKeyId: keyId, secretAccessKey: secret }
  const base = { method: 'GET', host, service: 'execute-api', region: 'us-east-1' }
  const requests: readonly Aws4Request[] = [
    { ...base, path: '/v1/things' },
    { ...base, path: '/v1/a%20b?b=2&a=1&tag=x&tag=y' },
    { ...base, path: '/v1/a%20b/c?q=%E2%82%AC', service: 's3' },
    { ...base, method: 'POST', path: '/v1/json', body: '{"a":1}', headers: { 'Content-Type': 'application/json', 'X-Nonce': 'a   b' } },
    { ...base, path: '/v1/link?a=1&X-Amz-Expires=60', signQuery: true, headers: {} },
  ]
  for (const each of requests) await send(door, aws4.sign(each, credentials))
  await requireEntered(door, requests.length)
})

test('[A05] [A06] the signer of Amazon’s SDK for JavaScript signs requests and links that are let in, once', async (context) => {
  const door = await openSignedDoor(context)
  const { hostname, host, port } = new URL(door.origin)
  const credentials = { accessKeyId: keyId, secretAccessKey: secret, sessionToken: 'a/b+c=' }
  const base = { method: 'GET', protocol: 'http:', hostname, port: Number(port), path: '/v1/a%20b', headers: { host } }
  for (const [service, uriEscapePath] of [
    ['api', true],
    ['s3', false],
  ] as const) {
    const signer = new SignatureV4({ service, region: 'us-east-1', credentials, sha256: Sha256, uriEscapePath })
    const query = { b: '2', a: 'x y/z', tag: ['1', '2'] }
    const post = { ...base, method: 'POST', body: '{"a":1}', headers: { host, 'content-type': 'application/json' } }
    for (const each of [
      await signer.sign({ ...base, query }),
      await signer.sign(post),
      await signer.presign({ ...base, query }, { expiresIn: 60 }),
    ]) {
      const text = queryText(each.query ?? {})
      const body = typeof each.body === 'string' ? { body: each.body } : {}
      await send(door, { method: each.method, path: `${each.path}${text === '' ? '' : `?${text}`}`, headers: each.headers, ...body })
    }
  }
  await requireEntered(door, 6)
})

function queryText(query: Readonly<Record<string, string | readonly string[] | null>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value ?? []].flat().map((each) => [name, each] as const))
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
}

test('[A05] aws4fetch signs requests and links that are let in, and the same bytes sent again are not', async (context) => {
  const door = await openSignedDoor(context)
  const client = new AwsClient({ accessKeyId: keyId, secretAccessKey: secret, region: 'us-east-1', service: 'execute-api', retries: 0 })
  await client.fetch(`${door.origin}/v1/a%20b?b=2&a=1`)
  await client.fetch(`${door.origin}/v1/json`, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } })
  await client.fetch(`${door.origin}/v1/link?X-Amz-Expires=60&q=a%20b`, { aws: { signQuery: true } })
  await requireEntered(door, 3)
})
