/** RFC 6265 section 4.1.1: a cookie's name is a token. */
const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

export const isCookieName = (name: string): boolean => token.test(name)

/** RFC 6265 section 4.1.1, cookie-octet: no white space, quotation mark, comma, semicolon or backslash, and nothing but ASCII. */
const octets = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

export const isCookieValue = (value: string): boolean => octets.test(value)
