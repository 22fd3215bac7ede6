import assert from 'node:assert/strict'
import { createVerifier, unsafeAllowHttp, type Verifier } from 'countersign'
import { AuthError } from 'countersign/core'
import { patientPlatform, untilSaid } from '../http/patience.ts'
import type { OAuthWorld } from './oauth-world.ts'

/** As any service: it follows the feed, and never asks about a token. */
export class FollowingService implements Disposable {
  readonly #verifier: Verifier

  static async open({ url, server }: OAuthWorld): Promise<FollowingService> {
    const { credential } = await server.service()
    const verifier = createVerifier({ issuer: url, audience: url, credential, platform: patientPlatform, [unsafeAllowHttp]: true })
    await verifier.ready()
    return new FollowingService(verifier)
  }

  private constructor(verifier: Verifier) {
    this.#verifier = verifier
  }

  /** `accepted`, or the code of the refusal. */
  async verdictOn(token: string, scope?: string): Promise<string> {
    try {
      await this.#verifier.authenticate({ authorization: `Bearer ${token}` }, scope === undefined ? {} : { scope })
      return 'accepted'
    } catch (error) {
      assert.ok(error instanceof AuthError)
      return error.code
    }
  }

  /** The feed needs a moment. @returns how many milliseconds it took. */
  until(verdict: string, token: string, scope?: string): Promise<number> {
    return untilSaid(verdict, () => this.verdictOn(token, scope))
  }

  [Symbol.dispose](): void {
    this.#verifier.close()
  }
}
