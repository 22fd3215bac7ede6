import { decodeBase64url, isJsonObject, parseJsonBytes } from 'countersign/core'
import type { PasskeyAssertion } from '../../session/second-factor.ts'
import { coseAlgorithms } from './passkey-options.ts'
import type { Passkey } from './passkey-store.ts'
import type { RelyingParty } from './relying-party.ts'
import { loadWebAuthn, type WebAuthnLibrary } from './webauthn-library.ts'

/** What a browser gives for a new passkey (WebAuthn Level 3 section 5.1.8, `RegistrationResponseJSON`). All texts but `transports` are base64url. */
export interface PasskeyRegistration {
  readonly id: string
  readonly response: {
    readonly clientDataJSON: string
    readonly attestationObject: string
    readonly transports?: readonly string[] | undefined
  }
}

/** What the browser says of the ceremony, before anything of it was verified. */
export interface ClientData {
  readonly type: string
  readonly challenge: string
  readonly origin: string
  /** The page stood in another's frame. */
  readonly isFramed: boolean
}

/** What a registration has shown. */
export type NewCredential = Pick<Passkey, 'credential' | 'publicKey' | 'counter' | 'synced' | 'backedUp'>

/** What a signature has shown. */
export interface VerifiedAssertion {
  readonly counter: number
  readonly synced: boolean
  readonly backedUp: boolean
  readonly userVerified: boolean
}

/** Why an answer was not taken: for the log, without anything that the caller has chosen. */
export class CeremonyFailure extends Error {
  readonly reason: string

  constructor(reason: string, options?: ErrorOptions) {
    super(`the passkey's answer was not taken: ${reason}`, options)
    this.name = 'CeremonyFailure'
    this.reason = reason
  }
}

/** Section 5.8.1. @throws {CeremonyFailure} for what no browser writes. */
export function readClientData(text: string): ClientData {
  let value: unknown
  try {
    value = parseJsonBytes(decodeBase64url(text))
  } catch (error) {
    throw new CeremonyFailure('client_data', { cause: error })
  }
  const { type, challenge, origin, crossOrigin, topOrigin } = isJsonObject(value) ? value : {}
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') throw new CeremonyFailure('client_data')
  return { type, challenge, origin, isFramed: (crossOrigin ?? false) !== false || topOrigin !== undefined }
}

/** Both ceremonies, section 7: whether an answer is one for us. Neither whose it is, nor whether its challenge is ours, which the caller checks. */
export class PasskeyCeremony {
  readonly #party: RelyingParty

  constructor(party: RelyingParty) {
    this.#party = party
  }

  /**
   * Section 7.1. What the authenticator attests is not looked at: we ask for no attestation, trust no maker, and take what would be checked
   * for what it is, a claim of the caller.
   *
   * @param clientData As read from it.
   * @throws {CeremonyFailure}
   */
  async verifyRegistration({ id, response }: PasskeyRegistration, clientData: ClientData): Promise<NewCredential> {
    this.#requireOurs(clientData, 'webauthn.create')
    const library = await loadWebAuthn()
    const authData = await verified(async () => authDataOf(library, response.attestationObject))
    const { registrationInfo } = await verified(() =>
      library.verifyRegistrationResponse({
        response: {
          id,
          rawId: id,
          type: 'public-key',
          clientExtensionResults: {},
          response: {
            clientDataJSON: response.clientDataJSON,
            attestationObject: withoutAttestation(library, authData),
          },
        },
        expectedChallenge: clientData.challenge,
        expectedOrigin: [...this.#party.origins],
        expectedRPID: this.#party.id,
        requireUserVerification: false,
        supportedAlgorithmIDs: [...coseAlgorithms],
      }),
    )
    if (registrationInfo === undefined) throw new CeremonyFailure('not_verified')
    const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo
    if (credential.id !== id) throw new CeremonyFailure('credential_id')
    // The library mends what was cut off; a key that is not there as a whole would lock its owner out.
    if (!Buffer.from(authData).includes(Buffer.from(credential.publicKey))) throw new CeremonyFailure('public_key')
    const synced = credentialDeviceType === 'multiDevice'
    return { credential: id, publicKey: credential.publicKey, counter: credential.counter, synced, backedUp: credentialBackedUp }
  }

  /** Section 7.2, but for the counter, which the store compares. @throws {CeremonyFailure} */
  async verifyAssertion(passkey: Passkey, { id, response }: PasskeyAssertion, clientData: ClientData): Promise<VerifiedAssertion> {
    this.#requireOurs(clientData, 'webauthn.get')
    const { clientDataJSON, authenticatorData, signature } = response
    const { verifyAuthenticationResponse } = await loadWebAuthn()
    const { verified: isVerified, authenticationInfo } = await verified(() =>
      verifyAuthenticationResponse({
        response: {
          id,
          rawId: id,
          type: 'public-key',
          clientExtensionResults: {},
          response: { clientDataJSON, authenticatorData, signature },
        },
        expectedChallenge: clientData.challenge,
        expectedOrigin: [...this.#party.origins],
        expectedRPID: this.#party.id,
        requireUserVerification: false,
        credential: { id: passkey.credential, publicKey: Uint8Array.from(passkey.publicKey), counter: 0 },
      }),
    )
    if (!isVerified) throw new CeremonyFailure('signature')
    const { newCounter, userVerified, credentialDeviceType, credentialBackedUp } = authenticationInfo
    const synced = credentialDeviceType === 'multiDevice'
    if (synced !== passkey.synced) throw new CeremonyFailure('backup_eligibility')
    return { counter: newCounter, synced, backedUp: credentialBackedUp, userVerified }
  }

  /** A page of ours, that no other has framed. */
  #requireOurs({ type, origin, isFramed }: ClientData, expected: string): void {
    if (type !== expected) throw new CeremonyFailure('type')
    if (!this.#party.origins.includes(origin)) throw new CeremonyFailure('origin')
    if (isFramed) throw new CeremonyFailure('framed')
  }
}

/** The library throws plain errors, whose texts repeat what was sent. */
async function verified<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify()
  } catch (error) {
    throw new CeremonyFailure('not_verified', { cause: error })
  }
}

function authDataOf({ decodeAttestationObject }: WebAuthnLibrary, text: string): Uint8Array {
  const authData: unknown = decodeAttestationObject(Uint8Array.from(decodeBase64url(text))).get('authData')
  if (!(authData instanceof Uint8Array)) throw new CeremonyFailure('attestation_object')
  return authData
}

/** The same authenticator data, with a statement that says nothing (section 8.7). */
function withoutAttestation({ isoCBOR }: WebAuthnLibrary, authData: Uint8Array): string {
  const none = new Map<string | number, Parameters<typeof isoCBOR.encode>[0]>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', authData],
  ])
  return Buffer.from(isoCBOR.encode(none)).toString('base64url')
}
