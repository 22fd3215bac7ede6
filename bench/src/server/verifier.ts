/** A child process: one service's verifier on the server's SSE feed, which asks itself when a token stops being accepted. */
import { AuthError, createVerifier, type Verifier } from 'countersign'
import { machineMs } from '../harness/machine-clock.ts'
import { answerParent } from '../harness/parent.ts'

export interface VerifierRequest {
  readonly issuer: string
  readonly audience: string
  readonly credential: string
  /** Take API keys too. */
  readonly apiKeys?: true
}

export interface WatchRequest {
  readonly authorization: string
  /** Ask again at once, or after a millisecond so that many processes leave the machine room to work. */
  readonly pause: 'none' | 'millisecond'
}

const refusals: ReadonlySet<string> = new Set(['token_revoked', 'api_key_invalid'])
let verifier: Verifier | undefined
let refusedMs: Promise<number> | undefined

async function start({ issuer, audience, credential, apiKeys }: VerifierRequest): Promise<void> {
  verifier = createVerifier({ issuer, audience, credential, ...(apiKeys && { apiKeys }) })
  await verifier.ready()
}

async function accepts(authorization: string): Promise<boolean> {
  try {
    await verifier?.authenticate({ authorization, cookie: undefined })
    return true
  } catch (error) {
    if (error instanceof AuthError && refusals.has(error.code)) return false
    throw error
  }
}

async function firstRefusal({ authorization, pause }: WatchRequest): Promise<number> {
  const wait = (): Promise<void> => new Promise((resolve) => void (pause === 'none' ? setImmediate(resolve) : setTimeout(resolve, 1)))
  while (await accepts(authorization)) await wait()
  return machineMs()
}

/** Returns once the token was accepted here; from then on it is asked for again and again. */
async function watch(request: WatchRequest): Promise<void> {
  if (!(await accepts(request.authorization))) throw new Error('the token was refused before anybody revoked it')
  refusedMs = firstRefusal(request)
  // Whoever asks for the result hears of a failure.
  refusedMs.catch(() => {})
}

async function refusal(): Promise<number> {
  if (refusedMs === undefined) throw new Error('nothing is watched')
  return refusedMs
}

answerParent({ start, watch, refusal })
