import { AuthError, type EpochMs, newId, type Platform } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import { actOn } from '../audit/index.ts'
import { type Allowance, granted, type LivingAccessKey } from './access-key.ts'
import { newSettings } from './access-key-settings.ts'
import type { CallerKey, CallerKeyOwner } from './caller-key.ts'
import type { CallerKeyStore } from './caller-key-store.ts'
import { CHALLENGE_SECONDS, type DeviceChallenges, type OpenChallenge } from './device-challenge.ts'
import { checkedDeviceKey, deviceText, isSignedBy, nobodysKey, storedDeviceKey } from './device-key.ts'
import type { RoleScopes } from './role-scopes.ts'

export interface DeviceKeysOptions {
  readonly issuer: string
  readonly store: CallerKeyStore
  readonly challenges: DeviceChallenges
  readonly replay: ReplayStore
  readonly scopes: RoleScopes
  readonly platform: Platform
}

export interface DeviceEnrolment {
  readonly user: string
  readonly name: string
  /** What the device may have of it. */
  readonly allowance: Allowance
  readonly scope?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly publicKey: Readonly<Record<string, unknown>>
  readonly challenge: string
  readonly signature: string
  readonly expiresAt?: EpochMs | undefined
}

/** A device that has answered its challenge. */
export interface ProvenDevice {
  readonly key: LivingAccessKey
  /** RFC 7638: what its token is bound to. */
  readonly thumbprint: string
}

const PREFIX = 'dev'
const MAXIMUM_LISTED = 200

/** The keys of devices: enrolled once by a person, proven to be there by the answer to a challenge (A14). */
export class DeviceKeys {
  readonly #options: DeviceKeysOptions

  constructor(options: DeviceKeysOptions) {
    this.#options = options
  }

  /** Good once, for `CHALLENGE_SECONDS`. @param id The device that is to answer; without one, a key is enrolled with it. */
  challenge(id: string | undefined): string {
    return this.#options.challenges.make(id)
  }

  /**
   * Enrols the public key of a device that has signed a challenge with the private one.
   *
   * @throws {AuthError} `request_invalid` for a key that is unusable, settings beyond the allowance, or an end that has passed;
   * `signature_invalid`, `request_expired`, `request_replayed` for the answer; `credential_missing` when its owner is gone.
   */
  async enrol({ user, allowance, publicKey, challenge, signature, expiresAt, ...asked }: DeviceEnrolment): Promise<CallerKey> {
    const { store, challenges, platform } = this.#options
    const at = platform.clock.now()
    const jwk = checkedDeviceKey(publicKey)
    const { windowSeconds: _unused, ...settings } = newSettings(asked, allowance, at)
    if (expiresAt !== undefined && expiresAt <= at) {
      throw new AuthError('request_invalid', { pointer: '/expires_at', problem: 'must be in the future' })
    }
    const opened = challenges.open(challenge)
    const isRight = isSignedBy(jwk, deviceText('enrolment', this.#options.issuer, challenge), signature)
    if (!isRight || opened.deviceKey !== undefined) throw new AuthError('signature_invalid', { reason: 'device_signature' })
    await this.#claim(opened)
    const key: CallerKey = {
      id: newId(PREFIX, platform.random),
      kind: 'device',
      owner: { kind: 'user', id: user },
      settings: { ...settings, windowSeconds: undefined },
      material: JSON.stringify(jwk),
      // It outlives the session that enrolled it.
      session: undefined,
      parent: undefined,
      successor: undefined,
      createdAt: at,
      expiresAt,
    }
    actOn('device_key', key.id)
    if ((await store.add(key)) === 'added') return key
    throw new AuthError('credential_missing', { reason: 'owner_gone', user })
  }

  /**
   * What the device may do that answers its challenge with the right signature. The challenge is used up.
   *
   * @throws {AuthError} `signature_invalid`, alike for an unknown, removed or switched-off device, one whose owner is gone or suspended, and a
   * wrong signature; `request_expired`; `request_replayed`.
   */
  async answer(challenge: string, signature: string): Promise<ProvenDevice> {
    const { store, challenges, platform, issuer } = this.#options
    const opened = challenges.open(challenge)
    const issuance = await store.issue(opened.deviceKey ?? '', platform.clock.now())
    const isDevice = issuance !== undefined && issuance.key.kind === 'device' && issuance.key.settings.disabled !== true
    const jwk = isDevice ? storedDeviceKey(issuance.key.material) : nobodysKey
    const isRight = isSignedBy(jwk, deviceText('challenge', issuer, challenge), signature)
    if (!isRight || !isDevice) throw new AuthError('signature_invalid', { reason: 'device_signature' })
    await this.#claim(opened)
    return { key: granted(issuance, this.#options.scopes), thumbprint: jwk.kid }
  }

  /** A page of them, by id. */
  list(page: { readonly owner?: CallerKeyOwner; readonly after?: string; readonly limit?: number }): Promise<readonly CallerKey[]> {
    return this.#options.store.list({ limit: MAXIMUM_LISTED, ...page, kinds: ['device'] })
  }

  /** Its tokens are dead when this returns. @param user Whose it has to be; undefined for anybody's. @throws {AuthError} `not_found`. */
  async remove(id: string, user: string | undefined): Promise<void> {
    const { store, platform } = this.#options
    const key = await store.find(id)
    const mayRemove = key?.kind === 'device' && (user === undefined || key.owner.id === user)
    if (!mayRemove || !(await store.remove(id, platform.clock.now()))) throw new AuthError('not_found', { key: id })
  }

  /** Last, when the answer is right: a wrong one must not use a challenge up. */
  async #claim({ id }: OpenChallenge): Promise<void> {
    const { replay, platform } = this.#options
    const isFirst = await replay.claim('device-challenge', id, platform.clock.now() + CHALLENGE_SECONDS * 1000)
    if (!isFirst) throw new AuthError('request_replayed', { reason: 'challenge_answered_before' })
  }
}
