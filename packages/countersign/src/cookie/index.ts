export {
  type CallbackBegun,
  type CallbackFinished,
  type CallbackRequest,
  type CallbackStateOptions,
  type CallbackStates,
  createCallbackState,
} from './callback-state.ts'
export type { CookieCodec, CookieCodecOptions, OpenedCookie } from './cookie-codec.ts'
export { readCookie } from './cookie-header.ts'
export { isCookieName, isCookieValue } from './cookie-name.ts'
export { createCsrfTokens, type CsrfTokenOptions, type CsrfTokens } from './csrf-token.ts'
export { createEncryptedCookies } from './encrypted-cookie.ts'
export {
  type KeygripOptions,
  readCookieSignature,
  readExpressCookie,
  readKeygrip,
  readKoaCookie,
  unsafeSha1,
} from './foreign-cookie.ts'
export { clearCookie, type CookieAttributes, CookieTooLong, MAX_COOKIE_BYTES, setCookie } from './set-cookie.ts'
export { createSignedCookies } from './signed-cookie.ts'
