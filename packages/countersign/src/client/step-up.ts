/** What a service asks of the sign-in (RFC 9470), as its refusal says it. Without any of it: one from where the request comes from. */
export interface StepUpTerms {
  /** Its age, in seconds. */
  readonly max_age?: number
  /** How strong it must be, such as `mfa`: one of these, separated by spaces. */
  readonly acr_values?: string
  /** The methods that it must have used: all of these. */
  readonly amr_values?: string
}

/** What `POST /v1/sessions/current/authentication` takes: a second factor where the account has one, otherwise the password. */
export interface StepUpProof {
  readonly password?: string
  readonly totpCode?: string
  readonly recoveryCode?: string
  /** An `AuthenticationResponseJSON` of WebAuthn. */
  readonly passkey?: unknown
}
