import { AuthError } from 'countersign/core'

/** What we use of `@serenity-kit/opaque` (OPAQUE-3DH over ristretto255 with SHA-512, RFC 9807). All texts are base64url. */
export interface OpaqueLibrary {
  readonly ready: Promise<void>
  readonly client: { startLogin(given: { readonly password: string }): { readonly startLoginRequest: string } }
  readonly server: {
    getPublicKey(serverSetup: string): string
    createRegistrationResponse(given: {
      readonly serverSetup: string
      readonly userIdentifier: string
      readonly registrationRequest: string
    }): { readonly registrationResponse: string }
    startLogin(given: {
      readonly serverSetup: string
      readonly userIdentifier: string
      /** Undefined: a fake one (RFC 9807 section 6.3.2.2). */
      readonly registrationRecord: string | undefined
      readonly startLoginRequest: string
    }): { readonly serverLoginState: string; readonly loginResponse: string }
    finishLogin(given: { readonly serverLoginState: string; readonly finishLoginRequest: string }): { readonly sessionKey: string }
  }
}

/** @throws {AuthError} `not_found` where the package is not installed: what it is needed for is not offered then. */
export async function loadOpaque(load: () => Promise<OpaqueLibrary> = () => import('@serenity-kit/opaque')): Promise<OpaqueLibrary> {
  try {
    const library = await load()
    await library.ready
    return library
  } catch (error) {
    const problem = 'OPAQUE needs a package that is not installed: npm install @serenity-kit/opaque'
    throw new AuthError('not_found', { problem }, { cause: error })
  }
}
