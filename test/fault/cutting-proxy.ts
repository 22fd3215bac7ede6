import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** When a connection is cut: `after` the server has got the text, whose answer is then lost; or `before` it gets it. */
export type Cut = 'after' | 'before'

interface Order {
  readonly text: string
  /** Said before, on the same connection: others may say the text too. */
  readonly behind: string | undefined
  readonly cut: Cut
  readonly done: () => void
}

/** Stands between a client and a server on this machine, and cuts one connection at the moment it is told. */
export class CuttingProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  #order: Order | undefined

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer((client) => this.#join(client))
  }

  static async before(port: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(port)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Cuts the next connection on which a client says `text`, once it has said what is `behind` it. @returns when that has happened. */
  cutAt(text: string, cut: Cut, behind?: string): Promise<void> {
    return new Promise((done) => {
      this.#order = { text, behind, cut, done }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1')
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.setNoDelay(true).on('error', () => undefined)
      socket.once('close', () => this.#sockets.delete(socket))
    }
    let said = ''
    let meant: Order | undefined
    client.on('data', (data: Buffer) => {
      const order = this.#order
      // What was said may come in two pieces.
      said = said.slice(-100) + data.toString('latin1')
      if (order !== undefined && (order.behind === undefined || said.includes(order.behind))) meant = order
      if (order === undefined || meant !== order || !said.includes(order.text)) return void server.write(data)
      this.#order = undefined
      client.destroy()
      if (order.cut === 'after') server.end(data)
      else server.destroy()
      server.once('close', order.done)
    })
    server.on('data', (data: Buffer) => void client.write(data))
    client.once('close', () => server.end())
    server.once('close', () => client.destroy())
  }
}
