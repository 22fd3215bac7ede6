import assert from 'node:assert/strict'
import { type Clock, systemClock } from 'countersign/core'
import { oneTimePassword, TOTP_STEP_SECONDS, totpStep } from 'countersign/crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function decodeBase32(text: string): Uint8Array {
  const bits = Array.from(text, (character) => alphabet.indexOf(character).toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}

/** What a person holds: an app that has read the QR code's URI, and knows nothing else. */
export class AuthenticatorApp {
  readonly #secret: Uint8Array
  readonly #clock: Clock

  constructor(uri: string, clock: Clock = systemClock) {
    const { protocol, host, searchParams } = new URL(uri)
    assert.deepEqual([protocol, host], ['otpauth:', 'totp'])
    const how = ['algorithm', 'digits', 'period'].map((name) => searchParams.get(name))
    assert.deepEqual(how, ['SHA1', '6', String(TOTP_STEP_SECONDS)])
    this.#secret = decodeBase32(searchParams.get('secret') ?? '')
    this.#clock = clock
  }

  /** @param ahead So many steps from now. */
  code(ahead = 0): string {
    return oneTimePassword(this.#secret, totpStep(this.#clock.now()) + ahead)
  }

  /**
   * Whether one code is also that of another moment about now, as with one secret in ten thousand. A test that has a code refused, because it
   * is of another moment or was used, needs a secret of which that cannot be said.
   */
  get repeatsItself(): boolean {
    const codes = Array.from({ length: 16 }, (_, index) => this.code(index - 4))
    return new Set(codes).size < codes.length
  }

  /** Whether a server would take it now for one of ours. */
  fits(code: string): boolean {
    return [-1, 0, 1].some((ahead) => this.code(ahead) === code)
  }

  /** Six digits that are right at no time near now. */
  wrongCode(): string {
    const near = [-2, -1, 0, 1, 2].map((ahead) => this.code(ahead))
    const wrong = ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.includes(code))
    assert.ok(wrong !== undefined)
    return wrong
  }
}
