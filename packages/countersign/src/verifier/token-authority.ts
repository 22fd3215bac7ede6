/** Answers about one token, now: the issuer's introspection endpoint (RFC 7662), or what stands in its place. */
export interface TokenAuthority {
  /**
   * @returns the claims of a token that is alive, `undefined` for any other.
   * @throws {Error} There is no answer.
   */
  introspect(token: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined>
}
