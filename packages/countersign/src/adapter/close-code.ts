import { type AuthError, refusalRow } from '../core/index.ts'

/**
 * The code of a WebSocket's close frame for a refusal: 4000 and the status that HTTP would have answered. RFC 6455 section 7.4.2 leaves 4000 to
 * 4999 to applications.
 */
export const closeCodeOf = ({ code }: AuthError): number => 4000 + refusalRow(code).status
