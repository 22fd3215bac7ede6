import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../../core/index.ts'
import { hmacKey } from '../../crypto/index.ts'
import { contentDigest } from '../content-digest.ts'
import { fieldNames, fieldValues, type RequestMessage } from '../message.ts'
import { secretSignatureKey } from '../signature-key.ts'
import { readRequestSignature } from './read-signature.ts'
import { messageSigningKey, signDraft } from './sign-with-key.ts'
import { requestSignaturePolicy } from './signature-policy.ts'
import { SignatureTemplate } from './signature-template.ts'

interface Sent {
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly lines: readonly string[]
  readonly body: string
}

const key = hmacKey(Buffer.alloc(32, 3))
const template = new SignatureTemplate({
  keyId: 'key-1',
  cover: [
    '@method',
    '@target-uri',
    '@query',
    '"@query-param";name="id"',
    'content-digest',
    'content-type',
    '"x-dict";key="a"',
    '"x-raw";bs',
    '"priority";sf',
  ],
  tag: 'app',
})

function message({ method, target, authority, lines }: Sent): RequestMessage {
  return { method, target, authority, scheme: 'https', values: fieldValues(lines), names: fieldNames(lines) }
}

function sign(): Sent {
  const body = '{"amount": 100, "to": "someone"}'
  const lines = [
    'content-type',
    'application/json',
    'x-dict',
    'a=(1 2);x, b=2',
    'x-raw',
    'one, two',
    'x-raw',
    'three',
    'priority',
    'u=1, i',
  ]
  const sent = {
    method: 'POST',
    target: '/pay/7?id=8&x=y',
    authority: 'api.example',
    body,
    lines: [...lines, 'content-digest', contentDigest(body)],
  }
  const draft = template.draft(message(sent), { created: 1_700_000_000, expires: 1_700_000_060, nonce: 'once' })
  const fields = signDraft(draft, messageSigningKey('hmac-sha256', key))
  return { ...sent, lines: [...sent.lines, 'signature-input', fields['signature-input'], 'signature', fields.signature] }
}

/** All that a verifier does with the message itself. The claim of a message that is accepted, or undefined. */
function accepted(sent: Sent, policy: ReturnType<typeof requestSignaturePolicy>): string | undefined {
  try {
    const signature = readRequestSignature(message(sent), policy)
    if (signature === undefined || signature.keyId !== 'key-1' || !signature.check(secretSignatureKey(key))) return undefined
    if (signature.body.kind !== 'digest' || !signature.body.matches(Buffer.from(sent.body, 'latin1'))) return undefined
    return [signature.nonce, signature.signedAt, signature.expiresAt].join(' ')
  } catch (error) {
    assert.ok(error instanceof AuthError, String(error))
    return undefined
  }
}

const flipped = (text: string, index: number, bit: number): string =>
  text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ (1 << bit)) + text.slice(index + 1)

/** Every text of a message, with a way to put another in its place. */
function texts(sent: Sent): readonly (readonly [name: string, text: string, put: (text: string) => Sent])[] {
  const values = sent.lines.flatMap((line, index) => {
    if (index % 2 === 0) return []
    const put = (text: string): Sent => ({ ...sent, lines: sent.lines.with(index, text) })
    return [[sent.lines[index - 1] as string, line, put] as const]
  })
  const names = sent.lines.flatMap((line, index) => {
    if (index % 2 === 1) return []
    return [[`the name of ${line}`, line, (text: string): Sent => ({ ...sent, lines: sent.lines.with(index, text) })] as const]
  })
  return [
    ['method', sent.method, (method) => ({ ...sent, method })],
    ['target', sent.target, (target) => ({ ...sent, target })],
    ['authority', sent.authority, (authority) => ({ ...sent, authority })],
    ['body', sent.body, (body) => ({ ...sent, body })],
    ...values,
    ...names,
  ]
}

/**
 * What is the same to HTTP or to structured fields is no change: the case of a host or of a field's name, and in the member of
 * `x-dict` that is not covered, whatever keeps it a member.
 */
function isNoChange(name: string, before: string, after: string): boolean {
  if (name === 'authority' || name.startsWith('the name of')) return before.toLowerCase() === after.toLowerCase()
  return name === 'x-dict' && after.startsWith('a=(1 2);x,')
}

for (const [first, policy] of [
  ['before any request was seen', () => requestSignaturePolicy({ tag: 'app' })],
  ['once such requests are known', () => knowing],
] as const) {
  test(`[A04] each single bit changed in anything that is covered is refused, ${first}`, () => {
    const sent = sign()
    const claim = accepted(sent, policy())
    assert.equal(claim, 'once 1700000000 1700000060')
    let flips = 0
    for (const [name, text, put] of texts(sent)) {
      for (let index = 0; index < text.length; index++) {
        for (let bit = 0; bit < 8; bit++) {
          const changed = flipped(text, index, bit)
          if (isNoChange(name, text, changed)) continue
          assert.equal(accepted(put(changed), policy()), undefined, `${name}, character ${index}, bit ${bit}: ${JSON.stringify(changed)}`)
          flips++
        }
      }
    }
    assert.ok(flips > 3900, String(flips))
  })
}

const knowing = requestSignaturePolicy({ tag: 'app' })

test('[A04] each character taken away, or doubled, in anything that is covered is refused', () => {
  const sent = sign()
  for (const [name, text, put] of texts(sent)) {
    for (let index = 0; index < text.length; index++) {
      for (const changed of [text.slice(0, index) + text.slice(index + 1), text.slice(0, index + 1) + text.slice(index)]) {
        const found = accepted(put(changed), knowing)
        // White space more or less between parts of a structured field means the same, and claims the same.
        const isSpace = text[index] === ' ' && ['signature-input', 'x-dict', 'priority'].includes(name)
        if (found !== undefined && !isSpace && !isNoChange(name, text, changed))
          assert.fail(`${name}, character ${index}: ${JSON.stringify(changed)}`)
      }
    }
  }
})
