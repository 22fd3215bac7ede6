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
  /** `X-CSRF-Token`, likewise. */
  readonly csrfToken?: string | undefined
  /** Whether the connection that the request came over is encrypted. */
  readonly encrypted?: boolean | undefined
  /** The request itself, for signatures over it. Looked at only by a verifier of `signedRequests`, and only where there is no Bearer credential. */
  readonly arrival?: ArrivedRequest | undefined
}

/** A request as this process received it: nothing of it is believed of proxies, parsed or decoded. */
export interface ArrivedRequest {
  readonly method: string
  /** As on the request line: path and query, before a router took anything off it. */
  readonly target: string
  /** Whether the connection is encrypted. */
  readonly encrypted: boolean
  /** The address that the connection comes from; undefined where the runtime does not tell. */
  readonly peer: string | undefined
  /** The certificate that the client has proved to hold in the handshake of this connection, as DER; undefined where there was none. */
  readonly certificate?: Uint8Array | undefined
  /** The same object for the same request, so that a second guard knows what the first one has claimed. */
  readonly identity: object
  /** See `RequestMessage`. */
  values(name: string): readonly string[] | undefined
  names(): readonly string[]
  /**
   * The bytes of the body as they arrived. Whoever reads the request afterwards finds them untouched.
   *
   * @throws {AuthError} `content_too_large` for more than the limit; `request_invalid` for a body that broke off.
   * @throws {Error} Somebody has read it before, and the bytes are gone.
   */
  body(limitBytes: number): Promise<Uint8Array>
}
