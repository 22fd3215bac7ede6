import assert from 'node:assert/strict'
import { createVerifier, unsafeAllowHttp, type Verifier } from 'countersign'
import { AuthError } from 'countersign/core'
import type { OAuthWorld } from './oauth-world.ts'

const PATIENCE_MS = 5_000

/** As any service: it follows the feed, and never asks about a token. */
export class FollowingService implements Disposable {
  readonly #verifier: Verifier

  static async open({ url, server }: OAuthWorld): Promise<FollowingService> {
    const { credential } = await server.service()
    const verifier = createVerifier({ issuer: url, audience: url, credential, [unsafeAllowHttp]: true })
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

  /** The feed needs a moment: bounded by the clock, and by nothing else. @returns how many milliseconds it took. */
  async until(verdict: string, token: string, scope?: string): Promise<number> {
    const begun = performance.now()
    for (;;) {
      const given = await this.verdictOn(token, scope)
      const tookMs = performance.now() - begun
      if (given === verdict) return tookMs
      assert.ok(tookMs < PATIENCE_MS, `${given}, and not ${verdict}`)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  [Symbol.dispose](): void {
    this.#verifier.close()
  }
}
