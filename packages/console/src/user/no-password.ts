const DIGEST_BYTES = 32

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

/**
 * What an account is stored with until its owner chooses a password by the link in a mail: a digest that was drawn, not made of anything, so
 * that no password for it exists. In the form of Django, whose hashes the server takes; with one iteration, so that a wrong attempt there takes
 * as long as at any other account.
 */
export function hashOfNoPassword(): string {
  const draw = (): string => base64(crypto.getRandomValues(new Uint8Array(DIGEST_BYTES)))
  return `pbkdf2_sha256$1$${draw()}$${draw()}`
}
