/** Owned by `credential`. Secrets that all servers of a database share: made by whichever needs one first, sealed under the master secret. */
export interface SealedSecretStore {
  /**
   * Keeps a secret under a name that has none yet.
   *
   * @returns what stands there now: of several at once all get the same.
   */
  keep(name: string, sealed: string): Promise<string>
  /**
   * Puts `next` in the place of `sealed`, which is the same secret sealed otherwise.
   *
   * @returns false when something else stands there by now.
   */
  replace(name: string, sealed: string, next: string): Promise<boolean>
}
