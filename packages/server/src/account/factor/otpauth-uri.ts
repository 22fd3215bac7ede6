import { TOTP_STEP_SECONDS } from 'countersign/crypto'
import { encodeBase32 } from './base32.ts'

/** What an authenticator app reads from the QR code: whom the secret is for, and how codes are made of it. */
export function otpauthUri(service: string, account: string, secret: Uint8Array): string {
  const issuer = encodeURIComponent(service)
  const label = `${issuer}:${encodeURIComponent(account).replaceAll('%40', '@')}`
  return `otpauth://totp/${label}?secret=${encodeBase32(secret)}&issuer=${issuer}&algorithm=SHA1&digits=6&period=${TOTP_STEP_SECONDS}`
}
