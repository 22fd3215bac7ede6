const COORDINATE_BYTES = 32
export const P256_SIGNATURE_BYTES = 64

const SEQUENCE = 0x30
const INTEGER = 0x02

/**
 * The form that JOSE uses (RFC 7518 section 3.4: r and s, 32 bytes each) as the DER that OpenSSL takes. Node can convert as well
 * (`ieee-p1363`), at half as much again of the price of the whole verification.
 *
 * @returns `undefined` for what cannot be a signature: another length, or r or s zero. The upper bound is OpenSSL's check.
 */
export function derOfP256Signature(signature: Uint8Array): Uint8Array | undefined {
  if (signature.length !== P256_SIGNATURE_BYTES) return undefined
  const rStart = firstSignificant(signature, 0)
  const sStart = firstSignificant(signature, COORDINATE_BYTES)
  if (rStart === COORDINATE_BYTES || sStart === P256_SIGNATURE_BYTES) return undefined
  // A leading bit of one would read as a negative number: a zero byte goes before it.
  const rPad = ((signature[rStart] as number) & 0x80) >> 7
  const sPad = ((signature[sStart] as number) & 0x80) >> 7
  const rLength = COORDINATE_BYTES - rStart + rPad
  const sLength = P256_SIGNATURE_BYTES - sStart + sPad
  const der = new Uint8Array(6 + rLength + sLength)
  der[0] = SEQUENCE
  der[1] = 4 + rLength + sLength
  der[2] = INTEGER
  der[3] = rLength
  for (let from = rStart, to = 4 + rPad; from < COORDINATE_BYTES; ) der[to++] = signature[from++] as number
  const sAt = 4 + rLength
  der[sAt] = INTEGER
  der[sAt + 1] = sLength
  for (let from = sStart, to = sAt + 2 + sPad; from < P256_SIGNATURE_BYTES; ) der[to++] = signature[from++] as number
  return der
}

/** The DER of a P-256 signature that OpenSSL made, as r and s of 32 bytes each. */
export function p256SignatureOfDer(der: Uint8Array): Uint8Array {
  const signature = new Uint8Array(P256_SIGNATURE_BYTES)
  const rLength = der[3] as number
  copyInteger(der, 4, rLength, signature, COORDINATE_BYTES)
  const sAt = 4 + rLength
  copyInteger(der, sAt + 2, der[sAt + 1] as number, signature, P256_SIGNATURE_BYTES)
  return signature
}

function firstSignificant(signature: Uint8Array, start: number): number {
  const end = start + COORDINATE_BYTES
  let index = start
  while (index < end && signature[index] === 0) index++
  return index
}

/** Right-aligned: a shorter integer has leading zeros here, a leading zero of DER goes away. */
function copyInteger(der: Uint8Array, start: number, length: number, signature: Uint8Array, end: number): void {
  const digits = Math.min(length, COORDINATE_BYTES)
  signature.set(der.subarray(start + length - digits, start + length), end - digits)
}
