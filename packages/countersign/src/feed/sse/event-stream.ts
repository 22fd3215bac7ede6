/** One event of a stream. */
export interface ServerEvent {
  readonly type: string
  readonly data: string
  readonly id: string | undefined
}

/** One signed message of 1 MiB, and its field names. */
const DEFAULT_MAX_EVENT_LENGTH = 2 ** 20 + 1024

/**
 * Reads `text/event-stream`, in pieces cut anywhere. Does not reconnect, and ignores `retry`: the reader has its own back-off.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream}
 */
export class EventStreamParser {
  readonly #maxEventLength: number
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #line = ''
  #endedWithReturn = false
  #type = ''
  #data: string[] = []
  #id: string | undefined
  /** Characters of the finished lines of the event under way. */
  #length = 0

  /** @param maxEventLength Longest accepted event, in characters. Default 1 MiB and a little. */
  constructor(maxEventLength: number = DEFAULT_MAX_EVENT_LENGTH) {
    this.#maxEventLength = maxEventLength
  }

  /**
   * @returns the events that end in this piece.
   * @throws {RangeError} An event is too long. @throws {TypeError} The bytes are no UTF-8.
   */
  push(bytes: Uint8Array): readonly ServerEvent[] {
    const text = this.#decoder.decode(bytes, { stream: true })
    const events: ServerEvent[] = []
    let start = this.#skipSecondHalf(text)
    for (let end = lineEnd(text, start); end >= 0; end = lineEnd(text, start)) {
      const event = this.#endLine(this.#line + text.slice(start, end))
      if (event !== undefined) events.push(event)
      this.#line = ''
      start = this.#afterLineEnd(text, end)
    }
    this.#line += text.slice(start)
    this.#requireBounded(this.#line.length)
    return events
  }

  /** A carriage return that ended the piece before may have a line feed that belongs to it. */
  #skipSecondHalf(text: string): number {
    if (text === '' || !this.#endedWithReturn) return 0
    this.#endedWithReturn = false
    return text.startsWith('\n') ? 1 : 0
  }

  #afterLineEnd(text: string, end: number): number {
    if (text[end] === '\n') return end + 1
    this.#endedWithReturn = end + 1 === text.length
    return text[end + 1] === '\n' ? end + 2 : end + 1
  }

  #endLine(line: string): ServerEvent | undefined {
    if (line === '') return this.#endEvent()
    this.#requireBounded(line.length)
    this.#length += line.length
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') this.#data.push(value)
    else if (field === 'event') this.#type = value
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    return undefined
  }

  #endEvent(): ServerEvent | undefined {
    const [type, data] = [this.#type, this.#data]
    this.#type = ''
    this.#data = []
    this.#length = 0
    return data.length === 0 ? undefined : { type: type === '' ? 'message' : type, data: data.join('\n'), id: this.#id }
  }

  #requireBounded(more: number): void {
    if (this.#length + more > this.#maxEventLength) throw new RangeError(`an event is longer than ${this.#maxEventLength} characters`)
  }
}

function lineEnd(text: string, start: number): number {
  const feed = text.indexOf('\n', start)
  const carriageReturn = text.indexOf('\r', start)
  if (feed < 0 || carriageReturn < 0) return Math.max(feed, carriageReturn)
  return Math.min(feed, carriageReturn)
}
