import { encodeBase64url } from 'countersign/core'
import { CHALLENGE_LIFE_MS } from './passkey-challenge.ts'
import type { Passkey } from './passkey-store.ts'
import type { RelyingParty } from './relying-party.ts'

/** Signature algorithms by their COSE numbers, the best known first: ES256, EdDSA, ES384, ES512, RS256. */
export const coseAlgorithms: readonly number[] = Object.freeze([-7, -8, -35, -36, -257])

interface CredentialDescriptor {
  readonly type: 'public-key'
  /** base64url. */
  readonly id: string
  readonly transports: readonly string[]
}

/** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3 section 5.1.9): for `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export interface CreationOptions {
  readonly rp: { readonly id: string; readonly name: string }
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly challenge: string
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[]
  readonly timeout: number
  readonly excludeCredentials: readonly CredentialDescriptor[]
  readonly authenticatorSelection: {
    readonly residentKey: 'preferred' | 'required'
    readonly requireResidentKey: boolean
    readonly userVerification: 'preferred'
  }
  readonly attestation: 'none'
  readonly extensions: { readonly credProps: true }
}

/** `PublicKeyCredentialRequestOptionsJSON` (section 5.1.10): for `PublicKeyCredential.parseRequestOptionsFromJSON`. */
export interface RequestOptions {
  readonly challenge: string
  readonly timeout: number
  readonly rpId: string
  readonly allowCredentials: readonly CredentialDescriptor[]
  readonly userVerification: 'required' | 'preferred'
}

export interface EnrolmentFacts {
  readonly party: RelyingParty
  readonly user: { readonly id: string; readonly email: string; readonly name: string | undefined }
  /** Those that the account has: no authenticator makes a second one. */
  readonly passkeys: readonly Passkey[]
  readonly challenge: string
}

/** Whose passkey it is, as the authenticator keeps it: our id, which says nothing about the person. base64url. */
export const userHandleOf = (user: string): string => encodeBase64url(new TextEncoder().encode(user))

const descriptorOf = ({ credential, transports }: Passkey): CredentialDescriptor => ({ type: 'public-key', id: credential, transports })

export const creationOptions = ({ party, user, passkeys, challenge }: EnrolmentFacts): CreationOptions => ({
  rp: { id: party.id, name: party.name },
  user: { id: userHandleOf(user.id), name: user.email, displayName: user.name ?? user.email },
  challenge,
  pubKeyCredParams: coseAlgorithms.map((alg) => ({ type: 'public-key', alg })),
  timeout: CHALLENGE_LIFE_MS,
  excludeCredentials: passkeys.map(descriptorOf),
  // A key that cannot be discovered, or verifies nobody, still makes a second factor.
  authenticatorSelection: { residentKey: 'preferred', requireResidentKey: false, userVerification: 'preferred' },
  attestation: 'none',
  extensions: { credProps: true },
})

/** Names nobody: whoever has a passkey for this place may choose it. */
export const discoverOptions = ({ id }: RelyingParty, challenge: string): RequestOptions => ({
  challenge,
  timeout: CHALLENGE_LIFE_MS,
  rpId: id,
  allowCredentials: [],
  userVerification: 'required',
})

export const factorOptions = ({ id }: RelyingParty, challenge: string, passkeys: readonly Passkey[]): RequestOptions => ({
  challenge,
  timeout: CHALLENGE_LIFE_MS,
  rpId: id,
  allowCredentials: passkeys.map(descriptorOf),
  userVerification: 'preferred',
})
