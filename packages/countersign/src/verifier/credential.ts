/** What a request presents, as it came over the wire: read by an adapter, judged by the verifier. */
export interface PresentedCredentials {
  /** The value of `Authorization`. Several such headers are joined with `, `, which no Bearer credential survives. */
  readonly authorization: string | undefined
  /** The value of `Cookie`. Read only by a verifier that was given a cookie name. */
  readonly cookie?: string | undefined
  /** The request method. A request without one is treated as one that changes something. */
  readonly method?: string | undefined
  /** `Sec-Fetch-Site`, `Origin` and `Host`: decide whether a cookie may speak for a request that changes something. */
  readonly secFetchSite?: string | undefined
  readonly origin?: string | undefined
  readonly host?: string | undefined
  /** Whether the connection that the request came over is encrypted. */
  readonly encrypted?: boolean | undefined
}
