import { type AddressInfo, connect, createServer, type Server } from 'node:net'

/** Hands on every byte, both ways, and keeps a copy. */
export class WireTap implements AsyncDisposable {
  readonly #server: Server
  readonly #chunks: Buffer[] = []

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on('data', (chunk: Buffer) => void this.#chunks.push(chunk))
        from.pipe(to)
        from.on('error', () => to.destroy())
      }
    })
  }

  static async open(port: number): Promise<WireTap> {
    const tap = new WireTap(port)
    await new Promise<void>((resolve) => tap.#server.listen(0, '127.0.0.1', resolve))
    return tap
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** All that has passed. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
