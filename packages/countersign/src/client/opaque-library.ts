/** How much work a guess at the password is, as `@serenity-kit/opaque` names it. */
export type KeyStretching =
  | 'rfc-recommended'
  | 'rfc-draft-recommended'
  | 'memory-constrained'
  | { readonly 'argon2id-custom': { readonly iterations: number; readonly memory: number; readonly parallelism: number } }

interface Stretched {
  readonly keyStretching?: KeyStretching
}

/** What we use of `@serenity-kit/opaque`: pass the module as it is imported. */
export interface OpaqueClientLibrary {
  readonly ready: Promise<void>
  readonly client: {
    startRegistration(given: { readonly password: string }): {
      readonly clientRegistrationState: string
      readonly registrationRequest: string
    }
    finishRegistration(
      given: { readonly password: string; readonly clientRegistrationState: string; readonly registrationResponse: string } & Stretched,
    ): { readonly registrationRecord: string }
    startLogin(given: { readonly password: string }): { readonly clientLoginState: string; readonly startLoginRequest: string }
    finishLogin(
      given: { readonly password: string; readonly clientLoginState: string; readonly loginResponse: string } & Stretched,
    ): { readonly finishLoginRequest: string; readonly sessionKey: string } | undefined
  }
}
