import { after, before } from 'node:test'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'
import { postgresWire } from './broker-wire.ts'
import { feedContract } from './contract.ts'

let server: PostgresServer

before(async () => {
  server = await startPostgres()
})
after(() => server[Symbol.asyncDispose]())

feedContract('PostgreSQL', () => postgresWire(server), { loss: true, moment: true, silence: true })
