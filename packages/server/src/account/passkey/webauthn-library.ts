import type * as Ceremonies from '@simplewebauthn/server'
import type * as Forms from '@simplewebauthn/server/helpers'

/** What we use of `@simplewebauthn/server`: both ceremonies, and CBOR. */
export type WebAuthnLibrary = Pick<typeof Ceremonies, 'verifyRegistrationResponse' | 'verifyAuthenticationResponse'> &
  Pick<typeof Forms, 'decodeAttestationObject' | 'isoCBOR'>

let loaded: Promise<WebAuthnLibrary> | undefined

/** Loaded by whoever first shows a passkey: it is large, and most starts of a server need none of it. */
export const loadWebAuthn = (): Promise<WebAuthnLibrary> => (loaded ??= load())

async function load(): Promise<WebAuthnLibrary> {
  try {
    const [{ verifyRegistrationResponse, verifyAuthenticationResponse }, { decodeAttestationObject, isoCBOR }] = await Promise.all([
      import('@simplewebauthn/server'),
      import('@simplewebauthn/server/helpers'),
    ])
    return { verifyRegistrationResponse, verifyAuthenticationResponse, decodeAttestationObject, isoCBOR }
  } catch (error) {
    // Who asks next tries again.
    loaded = undefined
    throw error
  }
}
