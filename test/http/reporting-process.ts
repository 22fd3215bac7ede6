// A service that tells its issuer how fresh it is, as a process of its own.
import { createVerifier } from 'countersign'
import { mounts } from './mount.ts'

const { ISSUER: issuer = '', CREDENTIAL: credential = '', NAME: name = '' } = process.env
const verifier = createVerifier({ issuer, audience: issuer, credential, report: { everySeconds: 1, name } })
await verifier.ready()
const mount = mounts['node:http']
if (mount === undefined) throw new Error('there is no such framework')
const { port } = await mount(verifier, () => undefined)
process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`)
