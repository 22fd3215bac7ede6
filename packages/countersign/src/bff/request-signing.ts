import { type Clock, encodeBase64url, type Random, toEpochSeconds } from '../core/index.ts'
import { CredentialSigner, type SigningCredential } from '../client/signing-credential.ts'
import { contentDigest, fieldNames, fieldValues, SignatureTemplate, signMessage } from '../signature/index.ts'
import type { BackendSession } from './backend-session.ts'
import { BoundedMap } from './bounded-map.ts'
import type { IssuerApi } from './issuer-api.ts'
import type { Upstream } from './upstream.ts'

/** A request as it is to be sent. */
export interface RequestToSign {
  readonly upstream: Upstream
  readonly method: string
  readonly path: string
  /** Names and values by turns. */
  readonly lines: readonly string[]
  readonly body: Uint8Array | undefined
}

interface HeldKey {
  readonly signer: CredentialSigner
  readonly madeAt: number
  readonly endsAt: number
}

const NONCE_BYTES = 16
const REMEMBERED = 10_000
/** So long before its end a key of a session is replaced. */
const AHEAD_MS = 60_000
const YOUNG_MS = 5000

/** Signs requests on behalf of pages (RFC 9421). The keys are of this process alone: no page and no cookie ever holds one. */
export class RequestSigning {
  readonly #issuer: IssuerApi
  readonly #clock: Clock
  readonly #random: Random
  readonly #ofUpstreams = new WeakMap<SigningCredential, CredentialSigner>()
  /** By session. */
  readonly #ofSessions = new BoundedMap<Promise<HeldKey>>(REMEMBERED)

  constructor(issuer: IssuerApi, { clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#issuer = issuer
    this.#clock = clock
    this.#random = random
  }

  /** The lines to add. @throws {AuthError} as `IssuerApi.sessionKey`. */
  async sign(request: RequestToSign, session: BackendSession): Promise<readonly string[]> {
    const { upstream, method, path, lines, body } = request
    const created = toEpochSeconds(this.#clock.now())
    const { keyId, sign } = await (await this.#signerOf(upstream, session)).at(created)
    const digest = body === undefined ? [] : ['content-digest', contentDigest(body)]
    const all = [...lines, ...digest]
    const values = fieldValues(all)
    const cover = ['@method', '@target-uri', ...['content-type', 'content-digest'].filter((name) => values(name) !== undefined)]
    const scheme = upstream.secure ? 'https' : 'http'
    const message = { method, target: path, scheme, authority: upstream.authority, values, names: fieldNames(all) } as const
    const nonce = encodeBase64url(this.#random.bytes(NONCE_BYTES))
    const fields = await signMessage(message, new SignatureTemplate({ keyId, cover }), { created, nonce }, sign)
    return [...digest, 'signature-input', fields['signature-input'], 'signature', fields.signature]
  }

  /**
   * After an upstream has refused a signature: whether the next one may be taken, made with a new key. What a young key has signed would be refused
   * again.
   */
  async isOutdated({ id }: BackendSession): Promise<boolean> {
    const held = await this.#ofSessions.get(id)?.catch(() => undefined)
    if (held === undefined || this.#clock.now() - held.madeAt < YOUNG_MS) return false
    this.forget(id)
    return true
  }

  /** The key of a session is no longer needed. */
  forget(session: string): void {
    this.#ofSessions.delete(session)
  }

  async #signerOf({ credential }: Upstream, session: BackendSession): Promise<CredentialSigner> {
    if (typeof credential !== 'object') return this.#sessionSigner(session)
    const known = this.#ofUpstreams.get(credential)
    if (known !== undefined) return known
    const signer = new CredentialSigner(credential)
    this.#ofUpstreams.set(credential, signer)
    return signer
  }

  async #sessionSigner(session: BackendSession): Promise<CredentialSigner> {
    const known = await this.#ofSessions.get(session.id)
    if (known !== undefined && known.endsAt - AHEAD_MS > this.#clock.now()) return known.signer
    // Whoever was quicker meanwhile has asked for all.
    const asked = this.#ofSessions.get(session.id)
    const held = asked !== undefined && (await asked) !== known ? asked : this.#newKey(session)
    return (await held).signer
  }

  #newKey(session: BackendSession): Promise<HeldKey> {
    const madeAt = this.#clock.now()
    const held = this.#issuer
      .sessionKey(session)
      .then(({ credential, endsAt }) => ({ signer: new CredentialSigner(credential), madeAt, endsAt }))
    this.#ofSessions.set(session.id, held)
    held.catch(() => this.#ofSessions.delete(session.id))
    return held
  }
}
