import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CeremonyFailure, PasskeyCeremony, readClientData } from './passkey-ceremony.ts'
import type { Passkey } from './passkey-store.ts'

// Web Authentication Level 3, section "Test Vectors", "ES256 Credential with No Attestation" (w3c/webauthn, index.bs at 146d0db, W3C Document License).
const party = { id: 'example.org', name: 'Example', origins: ['https://example.org'] }
const CREDENTIAL = '-R85HbTJsv3g6nAYnLo_tj9Xm6YSKzOtlP8-wzAIS-Q'
const made = {
  clientDataJSON:
    'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQU1NUHQ0VXh4R1RTdG5jZHE0MTdZRHdCRmk4dnBJYS1wdzhvT3VWVzRUQSIsIm9yaWdpbiI6Imh0dHBzOi8vZXhhbXBsZS5vcmciLCJjcm9zc09yaWdpbiI6ZmFsc2UsImV4dHJhRGF0YSI6ImNsaWVudERhdGFKU09OIG1heSBiZSBleHRlbmRlZCB3aXRoIGFkZGl0aW9uYWwgZmllbGRzIGluIHRoZSBmdXR1cmUsIHN1Y2ggYXMgdGhpczogQmtRZURqZGNUQnJYQmlBd0pUTEU1USJ9',
  attestationObject:
    'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikv6vDdDKViwYzYNOtZGHJxHNa5_jt1GWSpeDwFFKy5LVZAAAAAIRGzLmrHbN0dQsjZ_9vOh8AIPkfOR20ybL94OpwGJy6P7Y_V5umEiszrZT_PsMwCEvkpQECAyYgASFYIK_voW-XypstI-uGzLZAmNINuQhWBi6yScM6m2cvJt9hIlggkwpWuHovymYzSwNFir-HlxfBLMaO1zKQry4mZHlrkiA',
}
const signed = {
  clientDataJSON:
    'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiT2NEblVoUVh1bFRVUG8zSlVYVDBJOTdwdnp6WUJQOXRaY2hYeWF2MDFBZyIsIm9yaWdpbiI6Imh0dHBzOi8vZXhhbXBsZS5vcmciLCJjcm9zc09yaWdpbiI6ZmFsc2V9',
  authenticatorData: 'v6vDdDKViwYzYNOtZGHJxHNa5_jt1GWSpeDwFFKy5LUZAAAAAA',
  signature: 'MEYCIQD1Ck4uRAkknEqFO6NhKC8JhB303UVHoTqHeAIY3v_NOAIhAISArA8Lk1OBdPV1vxGh3V14xuSGAT-TcpXqE2U-Mx6H',
}

const ceremony = new PasskeyCeremony(party)
const enrol = (response = made) => ceremony.verifyRegistration({ id: CREDENTIAL, response }, readClientData(response.clientDataJSON))
const passkeyOf = async (): Promise<Passkey> => ({
  id: 'psk_a',
  user: 'usr_a',
  transports: [],
  name: 'x',
  createdAt: 0,
  lastUsedAt: undefined,
  ...(await enrol()),
})
const refused = (reason: string) => (error: unknown) => error instanceof CeremonyFailure && error.reason === reason
const base64url = (text: string): string => Buffer.from(text).toString('base64url')

test('[H04] the published credential is enrolled, and its signature verified', async () => {
  const passkey = await passkeyOf()
  assert.deepEqual([passkey.credential, passkey.counter, passkey.synced, passkey.backedUp], [CREDENTIAL, 0, true, true])
  const shown = await ceremony.verifyAssertion(passkey, { id: CREDENTIAL, response: signed }, readClientData(signed.clientDataJSON))
  assert.deepEqual(shown, { counter: 0, synced: true, backedUp: true, userVerified: false })
})

test('[H04] its signature is one over what was signed, and nothing near it', async () => {
  const passkey = await passkeyOf()
  const show = (response: typeof signed) =>
    ceremony.verifyAssertion(passkey, { id: CREDENTIAL, response }, readClientData(response.clientDataJSON))
  await assert.rejects(show({ ...signed, authenticatorData: `${signed.authenticatorData.slice(0, -1)}Q` }), CeremonyFailure)
  await assert.rejects(show({ ...signed, signature: `${signed.signature.slice(0, -3)}AAA` }), refused('signature'))
  const { challenge, ...data } = JSON.parse(Buffer.from(signed.clientDataJSON, 'base64url').toString())
  const rewritten = base64url(JSON.stringify({ ...data, challenge }))
  await assert.rejects(show({ ...signed, clientDataJSON: rewritten }), refused('signature'))
  const attestationObject = made.attestationObject.slice(0, -8)
  await assert.rejects(enrol({ ...made, attestationObject }), CeremonyFailure)
  await assert.rejects(enrol({ ...made, attestationObject: base64url('\xa0') }), CeremonyFailure)
})

test('[H04] what no browser writes is no client data', () => {
  const data = { type: 'webauthn.get', challenge: 'AAAA', origin: 'https://example.org' }
  assert.deepEqual(readClientData(base64url(JSON.stringify(data))), { ...data, isFramed: false })
  for (const framing of [{ crossOrigin: true }, { crossOrigin: 'false' }, { topOrigin: 'https://evil.test' }, { topOrigin: null }]) {
    assert.equal(readClientData(base64url(JSON.stringify({ ...data, ...framing }))).isFramed, true)
  }
  for (const text of [
    '',
    '*',
    base64url(''),
    base64url('null'),
    base64url('[]'),
    base64url('{"type":1}'),
    base64url(`${'['.repeat(5000)}`),
  ]) {
    assert.throws(() => readClientData(text), refused('client_data'))
  }
  const twice = base64url('{"type":"webauthn.get","type":"webauthn.create","challenge":"AAAA","origin":"https://example.org"}')
  assert.throws(() => readClientData(twice), refused('client_data'))
})
