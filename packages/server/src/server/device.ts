import type { Device } from '../session/session.ts'
import type { Client } from './connection.ts'

const MAX_USER_AGENT = 256

/** What a request tells of the device that sent it. */
export const deviceOf = (request: Request, client: Client, name: string | undefined): Device => ({
  name,
  userAgent:
    request.headers
      .get('user-agent')
      ?.replace(/[^\x20-\x7e]/g, '')
      .slice(0, MAX_USER_AGENT) || undefined,
  address: client.address,
})
