import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A network between two parties that a test can cut and mend. It reads nothing of what it carries. */
export class CuttableLine implements AsyncDisposable {
  readonly #server: Server
  readonly #ends = new Set<Socket>()
  #port = 0
  #isCut = false

  static async open(): Promise<CuttableLine> {
    const line = new CuttableLine()
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve))
    return line
  }

  private constructor() {
    this.#server = createServer((near) => this.#carry(near))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Where the other end is. */
  leadTo(port: number): void {
    this.#port = port
  }

  /** What is under way is lost, and nobody gets through any more. */
  cut(): void {
    this.#isCut = true
    for (const end of this.#ends) end.destroy()
  }

  mend(): void {
    this.#isCut = false
  }

  #carry(near: Socket): void {
    if (this.#isCut) {
      near.destroy()
      return
    }
    const far = connect(this.#port, '127.0.0.1')
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.add(end)
      end.on('error', () => end.destroy())
      end.on('close', () => {
        this.#ends.delete(end)
        other.destroy()
      })
      end.pipe(other)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
