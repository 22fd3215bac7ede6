import { HttpConnection, type HttpReply } from '../harness/http-connection.ts'

/** Somebody who revokes sessions over one open connection. */
export class Operator {
  readonly #connection: HttpConnection
  readonly #token: string

  private constructor(connection: HttpConnection, token: string) {
    this.#connection = connection
    this.#token = token
  }

  static async connect(port: number, token: string): Promise<Operator> {
    return new Operator(await HttpConnection.open(port), token)
  }

  /** Returns when the server has answered that it is done. */
  async revoke(session: string): Promise<void> {
    const body = JSON.stringify({ target: { kind: 'session', id: session } })
    const lines = ['POST /v1/revocations HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json', `Content-Length: ${body.length}`]
    const head = `${[...lines, `Authorization: Bearer ${this.#token}`].join('\r\n')}\r\n\r\n`
    const reply = await new Promise<HttpReply>((resolve, reject) => this.#connection.send(Buffer.from(head + body), resolve, reject))
    if (reply.status !== 201) throw new Error(`the revocation was answered ${reply.status}: ${reply.body.toString('utf8')}`)
  }

  /** As `revoke`. */
  async removeApiKey(id: string): Promise<void> {
    const lines = [`DELETE /v1/api-keys/${id} HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: Bearer ${this.#token}`]
    const head = `${lines.join('\r\n')}\r\n\r\n`
    const reply = await new Promise<HttpReply>((resolve, reject) => this.#connection.send(Buffer.from(head), resolve, reject))
    if (reply.status !== 204) throw new Error(`the removal was answered ${reply.status}: ${reply.body.toString('utf8')}`)
  }

  close(): void {
    this.#connection.close()
  }
}
