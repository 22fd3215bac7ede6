import { createVerifier, type Verifier } from 'countersign'

/** The verifier of every demo service, from its environment. The freshness bounds are short so that the story is, too. */
export async function openVerifier(): Promise<Verifier> {
  const issuer = required('COUNTERSIGN_ISSUER')
  const verifier = createVerifier({
    issuer,
    audience: issuer,
    credential: required('COUNTERSIGN_CREDENTIAL'),
    freshness: { freshSeconds: 2, graceSeconds: 4 },
  })
  await verifier.ready()
  return verifier
}

/** Tells the parent process where this service listens. */
export function announce(port: number): void {
  process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`)
}

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}
