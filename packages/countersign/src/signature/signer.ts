// The half that signs, and what a client verifies. Nothing here reaches node:crypto, so that pages can take it along: `client` imports this file and not the door.

export {
  acceptSignature,
  parseAcceptSignature,
  type SignatureWish,
  templateFor,
  type WishedSigner,
} from './http-message/accept-signature.ts'
export type { FieldTypes, SignableMessage } from './http-message/component.ts'
export { ComponentError, type ComponentReason } from './http-message/component-error.ts'
export {
  type Sign,
  SignatureDraft,
  type SignatureFields,
  type SignatureMoment,
  SignatureTemplate,
  type SignatureTemplateOptions,
  signMessage,
} from './http-message/signature-template.ts'
export { webCryptoContentDigest, webCryptoSign } from './http-message/web-crypto.ts'
export { type ResponseExpectation, webCryptoVerifyResponse } from './http-message/web-crypto-verify.ts'
