import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/** `bcryptjs` is JavaScript: on the event loop a check would hold up everything else for as long as it takes. */

const PURPOSE = 'countersign: one bcrypt hash'

interface Question {
  readonly purpose: typeof PURPOSE
  readonly password: string
  readonly stored: string
}

/** Checks one hash in a thread of its own, this file's. @throws {Error} where `bcryptjs` is not installed. */
export function bcryptMatches(password: string, stored: string): Promise<boolean> {
  const question: Question = { purpose: PURPOSE, password, stored }
  const thread = new Worker(new URL(import.meta.url), { workerData: question })
  return new Promise((resolve, reject) => {
    thread.once('message', (answer: unknown) => resolve(answer === true))
    thread.once('error', reject)
    thread.once('exit', () => reject(new Error('the bcrypt thread has ended without an answer')))
  })
}

/** Is the package there? */
export async function hasBcrypt(): Promise<boolean> {
  try {
    await import('bcryptjs')
    return true
  } catch {
    return false
  }
}

const isQuestion = (data: unknown): data is Question =>
  typeof data === 'object' && data !== null && 'purpose' in data && data.purpose === PURPOSE

if (!isMainThread && isQuestion(workerData)) {
  const { compareSync } = await import('bcryptjs')
  parentPort?.postMessage(compareSync(workerData.password, workerData.stored))
}
