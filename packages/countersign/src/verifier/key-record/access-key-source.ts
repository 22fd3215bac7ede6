/** In which form a request is signed decides what a verifier is told of an HMAC key. */
export type AccessKeyForm = 'sigv4' | 'http-message' | 'hawk' | 'jwt' | 'one-time'

/** What a verifier asks about one key. */
export interface AccessKeyQuestion {
  readonly id: string
  readonly form: AccessKeyForm
  /** `20261122`, in UTC: with `sigv4` and `http-message`, whose keys live for a day. */
  readonly day?: string
  /** With `sigv4`, whose keys are good for one place. */
  readonly scope?: { readonly region: string; readonly service: string; readonly provider: string }
}

/** Who knows access keys: the issuer, or a list in this process. */
export interface AccessKeySource {
  /**
   * @returns what `POST /v1/access-keys/lookup` answers, as JSON; `undefined` when no such key may be used.
   * @throws {Error} There is no answer.
   */
  lookUp(question: AccessKeyQuestion, signal: AbortSignal): Promise<unknown>
}
