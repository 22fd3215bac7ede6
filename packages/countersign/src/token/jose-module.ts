/**
 * The part of the library `jose` (6) that encrypted bodies need: `import * as jose from 'jose'`. It is passed in, so that who does not
 * encrypt bodies does not install it.
 */
export interface JoseModule {
  importJWK(jwk: JoseJwk, alg: string): Promise<unknown>
  compactDecrypt(
    jwe: string,
    key: never,
    options: { readonly keyManagementAlgorithms: string[]; readonly contentEncryptionAlgorithms: string[] },
  ): Promise<{ readonly plaintext: Uint8Array }>
  readonly CompactEncrypt: new (plaintext: Uint8Array) => JoseEncryption
}

interface JoseJwk {
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly y?: string
  readonly d?: string
}

interface JoseEncryption {
  setProtectedHeader(header: { readonly alg: string; readonly enc: string; readonly [name: string]: unknown }): JoseEncryption
  encrypt(key: never): Promise<string>
}
