import { type JwsAlgorithm, jwsAlgorithms } from './jws-algorithm.ts'
import type { JwsKey } from './key-requirement.ts'

/** Somebody has signed here since the event loop last came round. */
let isTurnTaken = false
/** How many signatures other threads are at. */
let elsewhere = 0

function takeTurn(): void {
  isTurnTaken = true
  setImmediate(() => {
    isTurnTaken = false
  })
}

/**
 * Signs as `JwsAlgorithmRow.sign` where nobody else wants to just now, and on another thread where somebody does. To wake a thread takes as long
 * as a signature on a curve; a thread that is awake takes it off the one on which everybody waits.
 */
export async function signPromptly(algorithm: JwsAlgorithm, key: JwsKey, input: string): Promise<string> {
  const { kind, isCostly, sign, signInBackground } = jwsAlgorithms[algorithm]
  if (kind === 'mac') return sign(key, input)
  if (!isCostly && !isTurnTaken && elsewhere === 0) {
    takeTurn()
    return sign(key, input)
  }
  elsewhere++
  try {
    return await signInBackground(key, input)
  } finally {
    elsewhere--
  }
}
