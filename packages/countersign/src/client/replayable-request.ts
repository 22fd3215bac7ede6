import type { Platform } from '../core/platform.ts'
import type { RequestMessage } from '../signature/message.ts'
import { SignatureTemplate, signMessage, webCryptoContentDigest } from '../signature/signer.ts'
import type { CredentialSigner } from './signing-credential.ts'

/** What is different each time that a request is signed. */
export interface Signing {
  readonly signer: CredentialSigner
  readonly created: number
  readonly cover: readonly string[]
  readonly random: Platform['random']
}

const NONCE_BYTES = 16
const ALWAYS: readonly string[] = ['@method', '@target-uri']
const WHEN_PRESENT: readonly string[] = ['content-type', 'content-digest']

/** A request whose body is in memory, so that it can be signed and, should it come to that, signed and sent once more. */
export class ReplayableRequest {
  readonly request: Request
  readonly url: URL
  readonly #body: Uint8Array<ArrayBuffer> | undefined
  readonly #digest: string | undefined

  private constructor(request: Request, body: Uint8Array<ArrayBuffer> | undefined, digest: string | undefined) {
    this.request = request
    this.url = new URL(request.url)
    this.#body = body
    this.#digest = digest
  }

  /** @throws {RangeError} The body is longer than the limit. */
  static async of(input: RequestInfo | URL, init: RequestInit | undefined, limitBytes: number): Promise<ReplayableRequest> {
    // A stream is sent by its bytes: Node wants to be told so of the stream itself.
    const request = new Request(input, init?.body === undefined ? init : ({ duplex: 'half', ...init } as RequestInit))
    const body = request.body === null ? undefined : await bounded(request.body, limitBytes)
    return new ReplayableRequest(request, body, body && (await webCryptoContentDigest(body)))
  }

  /** The request, signed anew: with another nonce each time. */
  async signed({ signer, created, cover, random }: Signing): Promise<Request> {
    const headers = new Headers(this.request.headers)
    if (this.#digest !== undefined) headers.set('content-digest', this.#digest)
    const { keyId, sign } = await signer.at(created)
    const covered = [...WHEN_PRESENT, ...cover.map((name) => name.toLowerCase())].filter((name) => isPresent(name, headers))
    const template = new SignatureTemplate({ keyId, cover: [...new Set([...ALWAYS, ...covered])] })
    const nonce = hexOf(random.bytes(NONCE_BYTES))
    const fields = await signMessage(messageOf(this.url, this.request.method, headers), template, { created, nonce }, sign)
    headers.append('signature-input', fields['signature-input'])
    headers.append('signature', fields.signature)
    const body = this.#body === undefined ? {} : { body: this.#body }
    // What is signed is for one URL: where a redirect leads, this signature is worth nothing and nobody's to see.
    const redirect = this.request.redirect === 'follow' ? 'error' : this.request.redirect
    return new Request(this.request, { headers, redirect, ...body })
  }
}

/** A request as a signature sees it. */
export function messageOf({ protocol, host, pathname, search }: URL, method: string, headers: Headers): RequestMessage {
  return {
    method,
    target: pathname + search,
    scheme: protocol === 'https:' ? 'https' : 'http',
    authority: host,
    values: (name) => valuesOf(headers, name),
    names: () => [...headers.keys()],
  }
}

export function valuesOf(headers: Headers, name: string): readonly string[] | undefined {
  const value = headers.get(name)
  return value === null ? undefined : [value]
}

const isPresent = (name: string, headers: Headers): boolean => name.startsWith('@') || name.startsWith('"') || headers.has(name)

/** All of a stream. @throws {RangeError} There is more of it. */
export async function bounded(stream: ReadableStream<Uint8Array>, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = stream.getReader()
  for (let read = await reader.read(); read.value !== undefined; read = await reader.read()) {
    length += read.value.length
    if (length > limitBytes) {
      await reader.cancel()
      throw new RangeError(`a body of more than ${limitBytes} bytes`)
    }
    chunks.push(read.value)
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
