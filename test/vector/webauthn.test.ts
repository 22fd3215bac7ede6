import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CeremonyFailure,
  type NewCredential,
  PasskeyCeremony,
  readClientData,
} from '../../packages/server/src/account/passkey/passkey-ceremony.ts'
import type { Passkey } from '../../packages/server/src/account/passkey/passkey-store.ts'
import { hasVectors, vectors } from './published-vectors.ts'

/** WebAuthn Level 3, section "Test Vectors". */
interface Case {
  readonly id: string
  readonly rpId: string
  readonly origin: string
  readonly registration: {
    readonly challenge: string
    readonly credentialId: string
    readonly clientDataJSON: string
    readonly attestationObject: string
  }
  readonly authentication: {
    readonly challenge: string
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
  }
}

const cases = (): readonly Case[] => vectors<{ readonly cases: readonly Case[] }>('webauthn/level3-test-vectors.json').cases

/** In a frame on another's page: the specification leaves that to the relying party, and we do not expect to be there. */
const framed: ReadonlySet<string> = new Set(['none-es256-crossOrigin', 'none-es256-topOrigin'])
/** Algorithms that we do not offer. */
const notOffered: ReadonlySet<string> = new Set(['packed-ed448'])

const register = ({ registration, rpId, origin }: Case, party = { id: rpId, name: 'x', origins: [origin] }): Promise<NewCredential> => {
  const { credentialId: id, clientDataJSON, attestationObject } = registration
  const clientData = readClientData(clientDataJSON)
  assert.equal(clientData.challenge, registration.challenge)
  return new PasskeyCeremony(party).verifyRegistration({ id, response: { clientDataJSON, attestationObject } }, clientData)
}

type Answer = Pick<Case['authentication'], 'clientDataJSON' | 'authenticatorData' | 'signature'>

const authenticate = (
  { authentication, rpId, origin }: Case,
  credential: NewCredential,
  change: Partial<Answer> = {},
  party = { id: rpId, name: 'x', origins: [origin] },
) => {
  const { clientDataJSON, authenticatorData, signature } = { ...authentication, ...change }
  const facts = { id: 'psk_a', user: 'usr_a', transports: [], name: 'x', createdAt: 0, lastUsedAt: undefined }
  const passkey: Passkey = { ...facts, ...credential }
  const assertion = { id: credential.credential, response: { clientDataJSON, authenticatorData, signature } }
  return new PasskeyCeremony(party).verifyAssertion(passkey, assertion, readClientData(clientDataJSON))
}

const refused = (reason: string) => (error: unknown) => error instanceof CeremonyFailure && error.reason === reason
const flipped = (text: string, at: number): string => {
  const bytes = Buffer.from(text, 'base64url')
  const index = at < 0 ? bytes.length + at : at
  bytes[index] = (bytes[index] ?? 0) ^ 1
  return bytes.toString('base64url')
}

test('[H04] WebAuthn: the published credentials are enrolled, whatever attests them, and their signatures verified', async (context) => {
  if (!hasVectors(context)) return
  const taken: string[] = []
  for (const each of cases().filter(({ id }) => !framed.has(id) && !notOffered.has(id))) {
    const credential = await register(each)
    assert.equal(credential.credential, each.registration.credentialId, each.id)
    const { counter } = await authenticate(each, credential)
    assert.ok(counter >= credential.counter, each.id)
    taken.push(each.id)
  }
  assert.equal(taken.length, 12)
})

test('[H04] WebAuthn: what comes out of a frame of another page, and what is signed by an algorithm that was not offered, is refused', async (context) => {
  if (!hasVectors(context)) return
  const others = cases().filter(({ id }) => framed.has(id) || notOffered.has(id))
  assert.equal(others.length, 3)
  for (const each of others) await assert.rejects(register(each), refused(framed.has(each.id) ? 'framed' : 'not_verified'), each.id)
  // Nor does the signature alone, of a key that was known before.
  const [plain] = cases()
  assert.ok(plain !== undefined)
  const known = await register(plain)
  for (const each of others.filter(({ id }) => framed.has(id))) await assert.rejects(authenticate(each, known), refused('framed'))
})

test('[H04] WebAuthn: each published answer is refused for another origin or place, with another’s key, and changed by one bit', async (context) => {
  if (!hasVectors(context)) return
  const usable = cases().filter(({ id }) => !framed.has(id) && !notOffered.has(id))
  const credentials = await Promise.all(usable.map((each) => register(each)))
  for (const [index, each] of usable.entries()) {
    const own = credentials[index]
    const others = credentials[(index + 1) % credentials.length]
    assert.ok(own !== undefined && others !== undefined)
    const { id, authentication, registration, origin, rpId } = each
    const elsewhere = { id: rpId, name: 'x', origins: ['https://example.com'] }
    const otherPlace = { id: 'example.com', name: 'x', origins: [origin] }
    await assert.rejects(register(each, elsewhere), refused('origin'), id)
    await assert.rejects(register(each, otherPlace), refused('not_verified'), id)
    await assert.rejects(authenticate(each, own, {}, elsewhere), refused('origin'), id)
    await assert.rejects(authenticate(each, own, {}, otherPlace), refused('not_verified'), id)
    await assert.rejects(authenticate(each, { ...others, synced: own.synced }), CeremonyFailure, id)
    await assert.rejects(authenticate(each, own, { signature: flipped(authentication.signature, -1) }), CeremonyFailure, id)
    // The counter: signed, and no flag that would be refused by itself.
    await assert.rejects(
      authenticate(each, own, { authenticatorData: flipped(authentication.authenticatorData, 36) }),
      refused('signature'),
      id,
    )
    // Neither ceremony takes the answer of the other.
    await assert.rejects(authenticate(each, own, { clientDataJSON: registration.clientDataJSON }), refused('type'), id)
    const swapped = {
      ...each,
      registration: { ...registration, clientDataJSON: authentication.clientDataJSON, challenge: authentication.challenge },
    }
    await assert.rejects(register(swapped), refused('type'), id)
    await assert.rejects(authenticate(each, { ...own, synced: !own.synced }), refused('backup_eligibility'), id)
    const cut = { ...registration, attestationObject: registration.attestationObject.slice(0, -4) }
    await assert.rejects(register({ ...each, registration: cut }), CeremonyFailure, id)
    await assert.rejects(register({ ...each, registration: { ...registration, credentialId: 'AAAA' } }), refused('credential_id'), id)
  }
})
