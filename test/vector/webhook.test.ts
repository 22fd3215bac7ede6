import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { stripeSecret, verifyStripeWebhook, verifyWebhook, webhookKey } from 'countersign/webhook'
import { hasVectors, vectors } from './published-vectors.ts'

interface Case {
  readonly name: string
  readonly payload: string
  readonly now: number
  readonly expect: 'valid' | 'invalid' | 'see-note'
}

interface StandardCase extends Case {
  readonly secret?: string
  readonly publicKey?: string
  readonly headers: Readonly<Record<string, string>>
}

interface StripeCase extends Case {
  readonly secret: string
  readonly tolerance: number
  readonly header: string
}

function isValid(verify: () => unknown): boolean {
  try {
    verify()
    return true
  } catch (error) {
    if (error instanceof AuthError) return false
    throw error
  }
}

test('[F02] [F04] Standard Webhooks: each published case is judged as it says', (context) => {
  if (!hasVectors(context)) return
  const { cases } = vectors<{ readonly cases: readonly StandardCase[] }>('standard-webhooks/vectors.json')
  assert.equal(cases.length, 22)
  for (const { name, secret, publicKey, headers, payload, now, expect } of cases) {
    const values = (field: string): readonly string[] | undefined => (headers[field] === undefined ? undefined : [headers[field]])
    const keys = [webhookKey(secret ?? publicKey ?? '')]
    assert.equal(
      isValid(() => verifyWebhook(values, payload, { keys, now })),
      expect === 'valid',
      name,
    )
  }
})

test('[F02] [F04] Stripe: each published case is judged as it says; where it leaves room, ours is the strict way', (context) => {
  if (!hasVectors(context)) return
  const { cases } = vectors<{ readonly cases: readonly StripeCase[] }>('stripe/vectors.json')
  assert.equal(cases.length, 16)
  for (const { name, secret, header, payload, now, tolerance, expect } of cases) {
    const verify = (): unknown =>
      verifyStripeWebhook(() => [header], payload, { keys: [stripeSecret(secret)], now, toleranceSeconds: tolerance })
    assert.equal(isValid(verify), expect === 'valid', name)
  }
})
