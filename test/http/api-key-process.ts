// A service that takes API keys, as a process of its own.
import { createVerifier } from 'countersign'
import { mounts } from './mount.ts'
import { patientPlatform } from './patience.ts'

const { ISSUER: issuer = '', CREDENTIAL: credential = '' } = process.env
const verifier = createVerifier({ issuer, audience: issuer, credential, apiKeys: true, platform: patientPlatform })
await verifier.ready()
const mount = mounts['node:http']
if (mount === undefined) throw new Error('there is no such framework')
const { port } = await mount(verifier, () => undefined)
process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`)
