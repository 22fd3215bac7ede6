import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { Server } from 'node:https'
import { createSecureContext } from 'node:tls'
import type { TlsFiles } from './config.ts'

export interface Certificate {
  readonly cert: string
  readonly key: string
  /** Tells whether anything changed; SHA-256 of the certificate. */
  readonly fingerprint: string
  readonly validTo: string
}

/**
 * Reads certificate and key, and proves that they belong together.
 *
 * @throws {Error} that names the file to look at, and never its content.
 */
export function readCertificate({ certificateFile, keyFile }: TlsFiles): Certificate {
  const cert = readFileSync(certificateFile, 'utf8')
  const key = readFileSync(keyFile, 'utf8')
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(cert)
  } catch {
    throw new Error(`${certificateFile} holds no PEM certificate`)
  }
  if (!fits(certificate, key)) throw new Error(`${keyFile} holds no PEM private key, or not the one of ${certificateFile}`)
  createSecureContext({ cert, key })
  const fingerprint = createHash('sha256').update(cert).digest('base64url')
  return { cert, key, fingerprint, validTo: certificate.validTo }
}

function fits(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

export interface Reload {
  readonly outcome: 'unchanged' | 'reloaded' | 'refused'
  readonly reason?: string
}

/** Follows the certificate files: new connections get the new certificate, open ones go on, a bad file changes nothing. */
export class CertificateReloader {
  readonly #files: TlsFiles
  readonly #server: Server
  readonly #onReload: (reload: Reload) => void
  readonly #changed = (): void => this.reload()
  #fingerprint: string

  constructor(files: TlsFiles, server: Server, loaded: Certificate, onReload: (reload: Reload) => void) {
    this.#files = files
    this.#server = server
    this.#fingerprint = loaded.fingerprint
    this.#onReload = onReload
  }

  /** Polls both files: that sees replaced files and links too, which is how certificates are renewed. */
  start(intervalMs: number): void {
    for (const file of [this.#files.certificateFile, this.#files.keyFile]) {
      watchFile(file, { interval: intervalMs, persistent: false }, this.#changed)
    }
  }

  stop(): void {
    for (const file of [this.#files.certificateFile, this.#files.keyFile]) unwatchFile(file, this.#changed)
  }

  /** Between the writing of the two files they do not fit: that is refused, and the second change is seen as well. */
  reload(): void {
    const reload = this.#tryReload()
    if (reload.outcome !== 'unchanged') this.#onReload(reload)
  }

  #tryReload(): Reload {
    try {
      const { cert, key, fingerprint } = readCertificate(this.#files)
      if (fingerprint === this.#fingerprint) return { outcome: 'unchanged' }
      this.#server.setSecureContext({ cert, key })
      this.#fingerprint = fingerprint
      return { outcome: 'reloaded' }
    } catch (error) {
      return { outcome: 'refused', reason: error instanceof Error ? error.message : 'unreadable' }
    }
  }
}
