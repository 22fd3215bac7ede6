/** A child process: one service's verifier on any feed. It looks at its token whenever the log has moved, and never in between. */
import { AuthError, createVerifier, type Verifier } from 'countersign'
import { machineMs } from '../harness/machine-clock.ts'
import { answerParent } from '../harness/parent.ts'
import type { VerifierRequest } from './verifier.ts'
import { observed, openFeed, type Way } from './way.ts'

export interface FeedVerifierRequest extends VerifierRequest {
  readonly way: Way
}

let verifier: Verifier | undefined
let authorization = ''
let refused = Promise.withResolvers<number>()

async function accepts(): Promise<boolean> {
  try {
    await verifier?.authenticate({ authorization })
    return true
  } catch (error) {
    if (error instanceof AuthError && error.code === 'token_revoked') return false
    throw error
  }
}

async function look(): Promise<void> {
  if (authorization !== '' && !(await accepts())) refused.resolve(machineMs())
}

async function start(request: FeedVerifierRequest): Promise<void> {
  const { issuer, audience, credential, way } = request
  const feed = observed(await openFeed(way, request), () => void look())
  verifier = createVerifier({ issuer, audience, credential, feed, readyTimeoutSeconds: 60 })
  await verifier.ready()
}

/** Returns once the token was accepted here. */
async function watch(token: string): Promise<void> {
  authorization = `Bearer ${token}`
  refused = Promise.withResolvers<number>()
  if (!(await accepts())) throw new Error('the token was refused before anybody revoked it')
}

const refusal = (): Promise<number> => refused.promise

answerParent({ start, watch, refusal })
