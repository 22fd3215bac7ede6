const base64Form = /^[A-Za-z0-9+/]+={0,2}$/

/** Bytes as hashes write them: base64 with or without padding, `.` for `+` where passlib wrote it. Undefined when there are too few or many. */
export function hashBytes(text: string | undefined, least: number, most: number): Uint8Array | undefined {
  const base64 = text?.replaceAll('.', '+')
  if (base64 === undefined || !base64Form.test(base64)) return undefined
  const bytes = Buffer.from(base64, 'base64')
  return bytes.byteLength >= least && bytes.byteLength <= most ? bytes : undefined
}

export const LEAST_HASH_BYTES = 16
export const MOST_SALT_BYTES = 64
