import type { CDPSession } from 'playwright-core'
import type { Visitor } from './visitor.ts'

/** What signs for a person on their device (Web Authentication, section 11): the browser's own, so that everything but the finger is real. */
export class VirtualAuthenticator implements AsyncDisposable {
  readonly #session: CDPSession
  readonly #authenticatorId: string

  private constructor(session: CDPSession, authenticatorId: string) {
    this.#session = session
    this.#authenticatorId = authenticatorId
  }

  static async plugInto({ context, page }: Visitor): Promise<VirtualAuthenticator> {
    const session = await context.newCDPSession(page)
    await session.send('WebAuthn.enable')
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: false,
      },
    })
    return new VirtualAuthenticator(session, authenticatorId)
  }

  /** With the finger of the person on it. Otherwise it answers nothing that a page asks, not even what the browser offers by itself. */
  async touched(task: () => Promise<void>): Promise<void> {
    await this.#simulatePresence(true)
    await task()
    await this.#simulatePresence(false)
  }

  async #simulatePresence(enabled: boolean): Promise<void> {
    await this.#session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: this.#authenticatorId, enabled })
  }

  /** Whether the person can show that it is them: their finger, their face, their PIN. */
  async verifiesUser(isUserVerified: boolean): Promise<void> {
    await this.#session.send('WebAuthn.setUserVerified', { authenticatorId: this.#authenticatorId, isUserVerified })
  }

  /** How often each of its passkeys was used. */
  async uses(): Promise<readonly number[]> {
    const { credentials } = await this.#session.send('WebAuthn.getCredentials', { authenticatorId: this.#authenticatorId })
    return credentials.map(({ signCount }) => signCount)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.send('WebAuthn.disable')
    await this.#session.detach()
  }
}
