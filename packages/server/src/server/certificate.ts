import { constants, createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { Server } from 'node:https'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { Cancel, Clock } from 'countersign/core'
import { ClientConnections } from './client-connections.ts'
import type { TlsFiles } from './config.ts'

/** The files of our own TLS. */
export interface WatchedFiles extends TlsFiles {
  /** PEM: who may have signed the certificates of clients. */
  readonly clientCaFile?: string | undefined
}

export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly clientCa: string | undefined
  /** Tells whether anything changed; SHA-256 of the certificate. */
  readonly fingerprint: string
  readonly validTo: string
}

/**
 * Reads certificate and key, and proves that they belong together.
 *
 * @throws {Error} that names the file to look at, and never its content.
 */
export function readCertificate({ certificateFile, keyFile, clientCaFile }: WatchedFiles): Certificate {
  const cert = readFileSync(certificateFile, 'utf8')
  const key = readFileSync(keyFile, 'utf8')
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(cert)
  } catch {
    throw new Error(`${certificateFile} holds no PEM certificate`)
  }
  if (!fits(certificate, key)) throw new Error(`${keyFile} holds no PEM private key, or not the one of ${certificateFile}`)
  const clientCa = clientCaFile === undefined ? undefined : readAuthorities(clientCaFile)
  createSecureContext({ cert, key })
  const fingerprint = createHash('sha256')
    .update(cert)
    .update(clientCa ?? '')
    .digest('base64url')
  return { cert, key, clientCa, fingerprint, validTo: certificate.validTo }
}

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Whoever is in this file says whose a certificate is: nothing but authorities may stand there. */
function readAuthorities(file: string): string {
  const blocks = readFileSync(file, 'utf8').match(block) ?? []
  if (blocks.length === 0 || !blocks.every(isAuthority)) throw new Error(`${file} holds no PEM certificates, or some that are no CA’s`)
  return blocks.join('\n')
}

function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca
  } catch {
    return false
  }
}

/**
 * What TLS is told. Where certificates of clients are asked for nothing is resumed from an earlier connection: whose certificate it was, and
 * whether it was good, is found out on each. Nor is anything negotiated anew on a connection: Node would go on to call the second certificate
 * `authorized` by what it has found of the first.
 */
export const secureContextOf = ({ cert, key, clientCa }: Certificate, asksClients: boolean): SecureContextOptions => ({
  cert,
  key,
  minVersion: 'TLSv1.2',
  ...(clientCa === undefined ? {} : { ca: clientCa }),
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | (asksClients ? constants.SSL_OP_NO_TICKET : 0),
})

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
  readonly #files: WatchedFiles
  readonly #server: Server
  readonly #clients: ClientConnections | undefined
  readonly #onReload: (reload: Reload) => void
  readonly #changed = (): void => this.reload()
  #cancelLook: Cancel = () => undefined
  #fingerprint: string
  #authorities: string | undefined

  constructor(files: WatchedFiles, server: Server, loaded: Certificate, onReload: (reload: Reload) => void, asksClients = false) {
    this.#files = files
    this.#clients = asksClients ? new ClientConnections(server) : undefined
    this.#authorities = loaded.clientCa
    this.#server = server
    this.#fingerprint = loaded.fingerprint
    this.#onReload = onReload
  }

  /** Polls the files: that sees replaced files and links too, which is how certificates are renewed. */
  start(intervalMs: number, clock: Clock): void {
    for (const file of this.#watched()) watchFile(file, { interval: intervalMs, persistent: false }, this.#changed)
    // What has changed since they were read is no change any more to who begins to watch; and that begins with a look of its own, a little later.
    this.reload()
    this.#cancelLook = clock.after(intervalMs, this.#changed)
  }

  stop(): void {
    this.#cancelLook()
    for (const file of this.#watched()) unwatchFile(file, this.#changed)
  }

  #watched(): readonly string[] {
    const { certificateFile, keyFile, clientCaFile } = this.#files
    return [certificateFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])]
  }

  /** Between the writing of the two files they do not fit: that is refused, and the second change is seen as well. */
  reload(): void {
    const reload = this.#tryReload()
    if (reload.outcome !== 'unchanged') this.#onReload(reload)
  }

  #tryReload(): Reload {
    try {
      const read = readCertificate(this.#files)
      if (read.fingerprint === this.#fingerprint) return { outcome: 'unchanged' }
      this.#server.setSecureContext(secureContextOf(read, this.#clients !== undefined))
      if (read.clientCa !== this.#authorities) this.#clients?.doubt()
      this.#authorities = read.clientCa
      this.#fingerprint = read.fingerprint
      return { outcome: 'reloaded' }
    } catch (error) {
      return { outcome: 'refused', reason: error instanceof Error ? error.message : 'unreadable' }
    }
  }
}
