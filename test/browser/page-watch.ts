import assert from 'node:assert/strict'
import type { BrowserContext, ConsoleMessage, Request, Response } from 'playwright-core'

/** Notes whatever a browser complains of: what breaks the policy of a page, errors of scripts, files that are missing, and calls of anybody else. */
export class PageWatch {
  readonly #complaints: string[] = []
  readonly #wanted: string[] = []
  readonly #origin: string
  #expected: number | undefined

  constructor(context: BrowserContext, origin: string) {
    this.#origin = origin
    context.on('console', (message) => this.#noteMessage(message))
    context.on('weberror', (error) => this.#note('error', error.page()?.url() ?? '', error.error().message))
    context.on('request', (request) => this.#noteRequest(request))
    context.on('response', (response) => this.#noteResponse(response))
    context.on('requestfailed', (request) => this.#noteFailure(request))
  }

  get complaints(): readonly string[] {
    return this.#complaints
  }

  /** What is refused on purpose, this once, is no complaint; that it was not refused is one. */
  wants(status: number, path: string): void {
    this.#wanted.push(`${status} ${path}`)
  }

  /** From here on such a status is no complaint: how many there are depends on how quick the machine is. */
  expects(status: number | undefined): void {
    this.#expected = status
  }

  assertQuiet(): void {
    assert.deepEqual([this.#complaints, this.#wanted], [[], []])
  }

  #note(kind: string, place: string, text: string): void {
    this.#complaints.push(`${kind} at ${place.replace(/\?.*/s, '')}: ${text}`)
  }

  #noteMessage(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    // Which status an answer has is told, and judged, with the answer.
    if (message.text().startsWith('Failed to load resource')) return
    this.#note(message.type(), message.location().url, message.text())
  }

  #noteRequest(request: Request): void {
    const { origin, protocol } = new URL(request.url())
    if (origin !== this.#origin && protocol.startsWith('http')) this.#note('foreign request', request.frame().url(), origin)
  }

  #noteResponse(response: Response): void {
    // A page may say that something was refused. What it loads must be there.
    if (response.status() < 400 || response.status() === this.#expected || response.request().isNavigationRequest()) return
    const wanted = this.#wanted.indexOf(`${response.status()} ${new URL(response.url()).pathname}`)
    if (wanted !== -1) this.#wanted.splice(wanted, 1)
    else this.#note('status', response.url(), String(response.status()))
  }

  #noteFailure(request: Request): void {
    const why = request.failure()?.errorText ?? ''
    // Left before it was there.
    if (why !== 'net::ERR_ABORTED') this.#note('failure', request.url(), why)
  }
}
