import type { Position } from 'countersign/revocation'
import type { Publisher, SignedMessage } from '../revocation/index.ts'

/** A subscriber that is further behind than this is cut: it comes again and loads a snapshot. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024

const encoder = new TextEncoder()

interface Frame {
  readonly compact: string
  readonly bytes: Uint8Array
}

/** Open feeds, by the service that reads them: so that they end with their credential, and with the server. */
export class FeedStreams {
  readonly #open = new Map<string, Set<() => void>>()
  /** All subscribers get the same message at the same moment: it is framed once. */
  #frame: Frame = { compact: '', bytes: new Uint8Array(0) }

  /** Ends every feed of one service. */
  end(service: string): void {
    for (const close of [...(this.#open.get(service) ?? [])]) close()
  }

  endAll(): void {
    for (const service of [...this.#open.keys()]) this.end(service)
  }

  get size(): number {
    let size = 0
    for (const streams of this.#open.values()) size += streams.size
    return size
  }

  /** The feed after `after` as an event stream (WHATWG HTML, section 9.2). */
  stream(service: string, publisher: Publisher, after: Position): ReadableStream<Uint8Array> {
    let release = (): void => {}
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          let cancel = (): void => {}
          const close = (): void => {
            release()
            controller.close()
          }
          release = () => {
            cancel()
            this.#remove(service, close)
          }
          this.#add(service, close)
          // A comment, so that the headers leave at once and the reader knows that it is connected.
          controller.enqueue(encoder.encode(': connected\n\n'))
          cancel = publisher.subscribe(
            after,
            (_compact, message) => {
              controller.enqueue(this.#framed(message))
              return (controller.desiredSize ?? 0) > 0
            },
            close,
          )
        },
        cancel: () => release(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_BUFFERED_BYTES }),
    )
  }

  #framed({ type, position, compact }: SignedMessage): Uint8Array {
    if (this.#frame.compact !== compact) {
      this.#frame = { compact, bytes: encoder.encode(`event: ${type}\nid: ${position}\ndata: ${compact}\n\n`) }
    }
    // A copy: a reader may take the buffer over.
    return this.#frame.bytes.slice()
  }

  #add(service: string, close: () => void): void {
    const streams = this.#open.get(service)
    if (streams === undefined) this.#open.set(service, new Set([close]))
    else streams.add(close)
  }

  #remove(service: string, close: () => void): void {
    const streams = this.#open.get(service)
    streams?.delete(close)
    if (streams?.size === 0) this.#open.delete(service)
  }
}
