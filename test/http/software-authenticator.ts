import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What a browser and an authenticator do (WebAuthn Level 3), as far as a server sees it: ES256, no attestation, CBOR by hand. */

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest()

/** RFC 8949: the few kinds of items that are needed here. */
const cbor = {
  head: (major: number, value: number): Buffer => {
    if (value < 24) return Buffer.from([(major << 5) | value])
    return value < 256 ? Buffer.from([(major << 5) | 24, value]) : Buffer.from([(major << 5) | 25, value >> 8, value & 255])
  },
  integer: (value: number): Buffer => (value < 0 ? cbor.head(1, -1 - value) : cbor.head(0, value)),
  bytes: (value: Uint8Array): Buffer => Buffer.concat([cbor.head(2, value.length), value]),
  text: (value: string): Buffer => Buffer.concat([cbor.head(3, Buffer.byteLength(value)), Buffer.from(value)]),
  map: (entries: readonly (readonly [Buffer, Buffer])[]): Buffer => Buffer.concat([cbor.head(5, entries.length), ...entries.flat()]),
}

interface Held {
  readonly id: string
  readonly key: KeyObject
  readonly rpId: string
  readonly userHandle: string
  counter: number
}

/** What goes otherwise than it should. */
export interface Twist {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly type?: string
  readonly verified?: boolean
  readonly present?: boolean
  readonly crossOrigin?: boolean
  readonly topOrigin?: string
  /** In place of the next one. */
  readonly counter?: number
  readonly userHandle?: string | null
  /** The credential that signs; otherwise the first that the options allow. */
  readonly credential?: string
  readonly synced?: boolean
}

export interface AuthenticatorTraits {
  readonly origin: string
  /** A key that leaves its device, and does not count. */
  readonly synced?: boolean
  readonly transports?: readonly string[]
}

export class SoftwareAuthenticator {
  readonly #traits: AuthenticatorTraits
  readonly #held: Held[] = []

  constructor(traits: AuthenticatorTraits) {
    this.#traits = traits
  }

  get credentials(): readonly string[] {
    return this.#held.map(({ id }) => id)
  }

  /** `navigator.credentials.create`, then `toJSON`. */
  // biome-ignore lint/suspicious/noExplicitAny: options of an answer
  create(options: any, twist: Twist = {}): Readonly<Record<string, unknown>> {
    assert.ok(!options.excludeCredentials.some(({ id }: { id: string }) => this.credentials.includes(id)), 'InvalidStateError')
    assert.ok(options.pubKeyCredParams.some(({ alg }: { alg: number }) => alg === -7))
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const credentialId = randomBytes(32)
    const held: Held = { id: base64url(credentialId), key: privateKey, rpId: options.rp.id, userHandle: options.user.id, counter: 0 }
    this.#held.push(held)
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const coseKey = cbor.map([
      [cbor.integer(1), cbor.integer(2)],
      [cbor.integer(3), cbor.integer(-7)],
      [cbor.integer(-1), cbor.integer(1)],
      [cbor.integer(-2), cbor.bytes(Buffer.from(x, 'base64url'))],
      [cbor.integer(-3), cbor.bytes(Buffer.from(y, 'base64url'))],
    ])
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, credentialId.length]), credentialId, coseKey])
    const attestationObject = cbor.map([
      [cbor.text('fmt'), cbor.text('none')],
      [cbor.text('attStmt'), cbor.map([])],
      [cbor.text('authData'), cbor.bytes(this.#authenticatorData(held, twist, attested))],
    ])
    const response = {
      clientDataJSON: this.#clientData('webauthn.create', options.challenge, twist),
      attestationObject: base64url(attestationObject),
      transports: this.#traits.transports ?? ['internal'],
    }
    return {
      id: held.id,
      rawId: held.id,
      type: 'public-key',
      response,
      clientExtensionResults: { credProps: { rk: true } },
      authenticatorAttachment: 'platform',
    }
  }

  /** `navigator.credentials.get`, then `toJSON`. */
  // biome-ignore lint/suspicious/noExplicitAny: options of an answer
  get(options: any, twist: Twist = {}): Readonly<Record<string, unknown>> {
    const allowed: readonly string[] = options.allowCredentials.map(({ id }: { id: string }) => id)
    const isMeant = ({ id, rpId }: Held): boolean =>
      twist.credential === undefined ? rpId === options.rpId && (allowed.length === 0 || allowed.includes(id)) : id === twist.credential
    const held = this.#held.find(isMeant)
    assert.ok(held !== undefined, 'NotAllowedError')
    held.counter = twist.counter ?? held.counter + (this.#traits.synced === true ? 0 : 1)
    const authenticatorData = this.#authenticatorData(held, twist)
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, twist)
    const signed = Buffer.concat([authenticatorData, sha256(Buffer.from(clientDataJSON, 'base64url'))])
    const userHandle = twist.userHandle === undefined ? held.userHandle : twist.userHandle
    const response = {
      clientDataJSON,
      authenticatorData: base64url(authenticatorData),
      signature: base64url(sign('sha256', signed, held.key)),
      ...(userHandle === null ? {} : { userHandle }),
    }
    return { id: held.id, rawId: held.id, type: 'public-key', response, clientExtensionResults: {}, authenticatorAttachment: 'platform' }
  }

  #clientData(type: string, challenge: string, twist: Twist): string {
    const { origin = this.#traits.origin, crossOrigin = false, topOrigin } = twist
    const data = { type: twist.type ?? type, challenge: twist.challenge ?? challenge, origin, crossOrigin, topOrigin }
    return base64url(Buffer.from(JSON.stringify(data)))
  }

  #authenticatorData({ rpId, counter }: Held, twist: Twist, attested: Uint8Array = new Uint8Array()): Buffer {
    const { present = true, verified = true, synced = this.#traits.synced === true } = twist
    const flags =
      Number(present) | (Number(verified) << 2) | (Number(synced) << 3) | (Number(synced) << 4) | (Number(attested.length > 0) << 6)
    const tail = Buffer.alloc(5)
    tail.writeUInt8(flags, 0)
    tail.writeUInt32BE(counter, 1)
    return Buffer.concat([sha256(twist.rpId ?? rpId), tail, attested])
  }
}
