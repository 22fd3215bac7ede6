// An API of Express with a page: `node --conditions=source example/express-api/main.ts`. It brings a Countersign server of its own, in a
// temporary folder and with one account. With COUNTERSIGN_ISSUER and COUNTERSIGN_CREDENTIAL it goes to yours; name http://localhost:5002
// in that one's COUNTERSIGN_ORIGINS.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createVerifier } from 'countersign'
import { run, start } from '../../tool/child.ts'
import { freePort } from '../../tool/free-port.ts'
import { notesApi } from './api.ts'

const EMAIL = 'ada@example.com'
const PASSWORD = 'correct horse battery'

interface Issuer {
  readonly issuer: string
  readonly credential: string
  readonly stop: () => Promise<void>
}

/** A server for this example alone, gone with it. */
async function ownIssuer(origin: string): Promise<Issuer> {
  const cli = fileURLToPath(import.meta.resolve('../../packages/server/src/cli/main.ts'))
  const folder = mkdtempSync(join(tmpdir(), 'countersign-notes-'))
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const environment = {
    PORT: String(port),
    COUNTERSIGN_ISSUER: issuer,
    COUNTERSIGN_ORIGINS: origin,
    COUNTERSIGN_DATABASE: `sqlite:${join(folder, 'countersign.db')}`,
    COUNTERSIGN_SECRET: randomBytes(32).toString('base64url'),
    COUNTERSIGN_LOG_LEVEL: 'error',
  }
  await run(cli, ['users', 'create', '--email', EMAIL, '--password-stdin'], environment, `${PASSWORD}\n`)
  const { credential } = JSON.parse(await run(cli, ['services', 'create', '--name', 'notes', '--json'], environment)) as {
    credential: string
  }
  const server = await start(cli, ['serve'], environment)
  const stop = async (): Promise<void> => {
    await server.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
  return { issuer, credential, stop }
}

const { COUNTERSIGN_ISSUER: given, COUNTERSIGN_CREDENTIAL: credentialGiven = '', PORT } = process.env
const port = PORT === '0' ? await freePort() : Number(PORT ?? 5002)
const origin = `http://localhost:${port}`
const known: Issuer | undefined =
  given === undefined ? undefined : { issuer: given, credential: credentialGiven, stop: async () => undefined }
const { issuer, credential, stop } = known ?? (await ownIssuer(origin))

const verifier = createVerifier({
  issuer,
  audience: issuer,
  credential,
  // On one machine, or with COUNTERSIGN_COOKIE_DOMAIN, the cookies of the server reach this service too.
  cookie: { name: '__Host-cs_access', origins: [origin], csrf: { cookie: '__Host-cs_csrf' } },
})
await verifier.ready()

const server = notesApi(verifier, issuer).listen(port, '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'listening', url: origin, issuer }))
  if (known === undefined) console.log(`Open ${origin} and sign in as ${EMAIL} with "${PASSWORD}".`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close()
    server.closeAllConnections()
    verifier.close()
    void stop().then(() => process.exit(0))
  })
}
