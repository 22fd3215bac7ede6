export { type OneTimeSignature, readOneTimeSignature } from './one-time-signature.ts'
export { type OneTimeAlgorithm, type OneTimePublicKey, oneTimePublicKey } from './public-key.ts'
export { createOneTimeSigner, type LeafCounter, type OneTimeSigner, type OneTimeSignerOptions } from './signer.ts'
export { type OneTimeKeyOptions, type OneTimeSigningKey, oneTimeKey, slhDsaOneTimeKey } from './signing-key.ts'
