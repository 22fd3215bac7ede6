export { readRequestSignature, readResponseSignature } from './read-signature.ts'
export { type ResponseSignatureFields, ResponseSigner, type ResponseSignerOptions } from './response-signer.ts'
export { type MessageSigningKey, messageSigningKey, signDraft } from './sign-with-key.ts'
export { requestSignaturePolicy, responseSignaturePolicy, type SignaturePolicy, type SignaturePolicyOptions } from './signature-policy.ts'
