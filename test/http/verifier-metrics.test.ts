import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricsText, verifierMetrics } from 'countersign'
import { followIssuer } from './guarded-service.ts'

test('[J04] a service tells what its verifier decided and how fresh it was, and nothing of whom it was about', async () => {
  const { issuer, verifier } = await followIssuer()
  const token = issuer.token({ sub: 'usr_ann', sid: 'ses_1' })
  const present = (text: string): Promise<unknown> => verifier.authenticate({ authorization: `Bearer ${text}` }).catch(() => undefined)
  await present(token)
  await present(token)
  await present('nonsense')
  assert.throws(() => verifier.check({ authorization: undefined, cookie: undefined }), /./)
  await verifier.authenticate({ authorization: `Bearer ${token}` }, { role: 'nobody-has-it' }).catch(() => undefined)
  const text = metricsText(verifierMetrics(verifier, { verifier: 'orders' }))
  const numberOf = (outcome: string): number =>
    Number(
      new RegExp(`^countersign_verifier_decisions_total\\{verifier="orders",outcome="${outcome}",freshness="fresh"\\} (\\d+)$`, 'm').exec(
        text,
      )?.[1],
    )
  assert.equal(numberOf('accepted'), 2)
  assert.equal(numberOf('credential_malformed'), 1)
  assert.equal(numberOf('credential_missing'), 1)
  assert.equal(numberOf('role_insufficient'), 1)
  assert.match(text, /^countersign_verifier_freshness\{verifier="orders",state="fresh"\} 1$/m)
  assert.doesNotMatch(text, /usr_|ses_1|eyJ/)
  verifier.close()
})
