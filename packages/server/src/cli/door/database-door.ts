import { configFromEnvironment, openCountersign } from '../../index.ts'
import type { Door } from './door.ts'

/** No server is running: the database itself, opened for the length of the command. */
export async function databaseDoor(environment: Readonly<Record<string, string | undefined>>): Promise<Door> {
  const quiet = { ...environment, COUNTERSIGN_LOG_LEVEL: environment['COUNTERSIGN_LOG_LEVEL'] || 'error' }
  const config = configFromEnvironment(quiet)
  const countersign = await openCountersign(config, { isBrief: true })
  return {
    name: config.database.kind === 'postgres' ? config.database.name : config.database.path,
    async send({ method, path, body }) {
      const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
      const request = new Request(`http://localhost${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const response = await countersign.localFetch(request)
      return { status: response.status, text: await response.text() }
    },
    close: () => countersign.close(),
  }
}
