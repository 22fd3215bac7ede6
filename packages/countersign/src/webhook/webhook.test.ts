import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../core/index.ts'
import {
  newWebhookSecret,
  signStripeWebhook,
  signWebhook,
  stripeSecret,
  verifyStripeWebhook,
  verifyWebhook,
  type WebhookHeaders,
  webhookKey,
  webhookPublicKeyText,
  webhookSecret,
  webhookSigningKey,
} from './index.ts'

// Source of both: the test list and the specification of Standard Webhooks (Apache-2.0); the key pair is printed in svix's README (MIT).
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const PRIVATE = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=='
const PUBLIC = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4='
const NOW = 1_614_265_330
const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', sentAt: NOW, body: '{"test": 2432232314}' }
const V1 = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
const V1A = 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=='

const reader =
  (headers: Readonly<Record<string, string | readonly string[]>>) =>
  (name: string): readonly string[] | undefined => {
    const value = headers[name]
    return typeof value === 'string' ? [value] : value
  }

const refusal = (code: string) => (error: unknown) => error instanceof AuthError && error.code === code

const verify = (
  headers: Readonly<Record<string, string | readonly string[]>>,
  keys = [webhookKey(SECRET)],
  now = NOW,
  body = message.body,
) => verifyWebhook(reader(headers), body, { keys, now })

const changed = (change: Partial<Record<keyof WebhookHeaders, string | readonly string[]>>) => ({
  ...signWebhook(message, [webhookSecret(SECRET)]),
  ...change,
})

test('[F02] the published signatures are made, and found good', () => {
  const headers = signWebhook(message, [webhookSecret(SECRET), webhookSigningKey(PRIVATE)])
  assert.deepEqual(headers, { 'webhook-id': message.id, 'webhook-timestamp': String(NOW), 'webhook-signature': `${V1} ${V1A}` })
  for (const key of [SECRET, SECRET.slice('whsec_'.length), PUBLIC])
    assert.deepEqual(verify({ ...headers }, [webhookKey(key)]), { id: message.id, sentAt: NOW })
  assert.equal(webhookPublicKeyText(webhookSigningKey(PRIVATE)), PUBLIC)
})

test('[F02] while a secret is replaced, receivers with either take the message', () => {
  const next = newWebhookSecret()
  const headers = { ...signWebhook(message, [webhookSecret(SECRET), webhookSecret(next)]) }
  for (const secret of [SECRET, next]) assert.equal(verify(headers, [webhookKey(secret)]).id, message.id)
  assert.throws(() => verify(headers, [webhookKey(newWebhookSecret())]), refusal('signature_invalid'))
})

for (const [name, headers, code] of [
  ['an id that was changed', changed({ 'webhook-id': `${message.id}x` }), 'signature_invalid'],
  ['an id with a dot', changed({ 'webhook-id': `${message.id}.${NOW}` }), 'credential_malformed'],
  ['a time that was changed', changed({ 'webhook-timestamp': String(NOW + 1) }), 'signature_invalid'],
  ['a time that is none', changed({ 'webhook-timestamp': 'hello' }), 'credential_malformed'],
  ['a time in another spelling', changed({ 'webhook-timestamp': `0${NOW}` }), 'credential_malformed'],
  ['no signature', changed({ 'webhook-signature': '' }), 'credential_missing'],
  ['a signature without its version', changed({ 'webhook-signature': V1.slice(3) }), 'signature_invalid'],
  ['a signature of another version', changed({ 'webhook-signature': V1.replace('v1', 'v2') }), 'signature_invalid'],
  ['a part of a signature', changed({ 'webhook-signature': 'v1,g0hM9' }), 'signature_invalid'],
  ['two ids', changed({ 'webhook-id': [message.id, message.id] }), 'credential_malformed'],
  ['too many signatures', changed({ 'webhook-signature': Array.from({ length: 17 }, () => V1).join(' ') }), 'credential_malformed'],
] as const) {
  test(`[F04] ${name}: refused`, () => {
    assert.throws(() => verify(headers), refusal(code))
  })
}

test('[F04] a body that was parsed and written again is another body', () => {
  const written = JSON.stringify(JSON.parse(message.body))
  assert.throws(() => verify(changed({}), undefined, NOW, written), refusal('signature_invalid'))
})

test('[F04] 300 seconds to either side are taken, 301 are not', () => {
  for (const skew of [-300, 300]) assert.equal(verify(changed({}), undefined, NOW + skew).sentAt, NOW)
  for (const skew of [-301, 301]) assert.throws(() => verify(changed({}), undefined, NOW + skew), refusal('request_expired'))
})

test('[F02] a public key is no secret: what was signed with its bytes is refused, and they are not read as one', () => {
  const asSecret = webhookSecret(`whsec_${PUBLIC.slice('whpk_'.length)}`)
  const forged = { ...signWebhook(message, [asSecret]) }
  assert.throws(() => verify(forged, [webhookKey(PUBLIC)]), refusal('signature_invalid'))
  const relabelled = { ...forged, 'webhook-signature': forged['webhook-signature'].replace('v1,', 'v1a,') }
  assert.throws(() => verify(relabelled, [webhookKey(PUBLIC)]), refusal('signature_invalid'))
  assert.throws(() => webhookSecret(PUBLIC), RangeError)
  assert.throws(() => webhookSecret(PRIVATE), RangeError)
})

for (const text of ['', 'whsec_', 'whsec_c2hvcnQ=', 'whsec_***', `whsec_${'A'.repeat(88)}`, 'whpk_AAAA', `${PUBLIC.slice(0, -2)}5=`]) {
  test(`[F02] ${JSON.stringify(text.slice(0, 24))} is refused as a key, and not repeated`, () => {
    assert.throws(
      () => webhookKey(text),
      (error: unknown) => error instanceof RangeError && (text === '' || !error.message.includes(text)),
    )
  })
}

test('[F02] a private key whose halves do not belong together is refused', () => {
  const bytes = Buffer.from(PRIVATE.slice('whsk_'.length), 'base64')
  bytes[63] = (bytes[63] as number) ^ 1
  assert.throws(() => webhookSigningKey(`whsk_${bytes.toString('base64')}`), RangeError)
})

test("[F02] Stripe's form: what is signed is found good, by either of two secrets", () => {
  // Source: the secret and payload of stripe-node's own tests (MIT).
  const [old, next] = [stripeSecret('whsec_test_secret'), stripeSecret('whsec_another_secret')]
  const body = '{\n  "id": "evt_test_webhook",\n  "object": "event"\n}'
  const published = `t=${NOW},v1=af4ead0627a34a8cca29808e8de9ada8e41a92e6237c63cef6eacf51d36cca34`
  assert.equal(signStripeWebhook(body, NOW, [old]), published)
  const header = signStripeWebhook(body, NOW, [old, next])
  for (const key of [old, next])
    assert.equal(verifyStripeWebhook(reader({ 'stripe-signature': header }), body, { keys: [key], now: NOW }).sentAt, NOW)
  for (const [value, code] of [
    [published.replace('t=', 't=1614165330,t='), 'credential_malformed'],
    [published.replace(/v1=.*/, (mac) => mac.toUpperCase().replace('V1', 'v1')), 'signature_invalid'],
    [published.replace('v1=', 'v0='), 'signature_invalid'],
    ['I am a header', 'credential_malformed'],
    [published.replace(`t=${NOW},`, ''), 'credential_malformed'],
  ] as const)
    assert.throws(() => verifyStripeWebhook(reader({ 'stripe-signature': value }), body, { keys: [old], now: NOW }), refusal(code))
  const early = { keys: [old], now: NOW - 3600 }
  assert.throws(() => verifyStripeWebhook(reader({ 'stripe-signature': published }), body, early), refusal('request_expired'))
})
