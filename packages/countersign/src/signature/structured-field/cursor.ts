const SPACE = 0x20
const TAB = 0x09

/** A place in a text. Beyond the end its code is NaN, which equals nothing. */
export class Cursor {
  readonly text: string
  place = 0

  constructor(text: string) {
    this.text = text
  }

  get atEnd(): boolean {
    return this.place >= this.text.length
  }

  /** The character's code; NaN at the end. */
  get code(): number {
    return this.text.charCodeAt(this.place)
  }

  at(code: number): boolean {
    return this.code === code
  }

  /** Goes past the character if it is this one. */
  take(code: number): boolean {
    if (this.code !== code) return false
    this.place++
    return true
  }

  expect(code: number): void {
    if (!this.take(code)) throw this.error()
  }

  skipSpaces(): void {
    while (this.code === SPACE) this.place++
  }

  /** OWS of RFC 9110: spaces and tabs. */
  skipBlanks(): void {
    while (this.code === SPACE || this.code === TAB) this.place++
  }

  error(): SyntaxError {
    return new SyntaxError(`not a structured field, at character ${this.place}`)
  }
}
