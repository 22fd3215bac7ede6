import type { Device } from '../session/session.ts'
import type { SessionCookies } from './browser/index.ts'
import type { Client } from './connection.ts'
import { acceptedLocale } from './message/message.ts'
import type { GivenDevice } from './schema.ts'

const MAX_USER_AGENT = 256

function languageOf({ headers }: Request): Pick<Device, 'language'> {
  const language = acceptedLocale(headers.get('accept-language'))
  return language === undefined ? {} : { language }
}

/** What a request tells of the device that sent it. */
export const deviceOf = (request: Request, client: Client, name: string | undefined): Device => ({
  ...languageOf(request),
  name,
  userAgent:
    request.headers
      .get('user-agent')
      ?.replace(/[^\x20-\x7e]/g, '')
      .slice(0, MAX_USER_AGENT) || undefined,
  address: client.address,
})

/** As whoever signs in calls it. */
export const deviceNameOf = (given: GivenDevice | undefined): string | undefined => (typeof given === 'object' ? given.name : given)

/** What an earlier sign-in has left on the device: a program says it, a browser has it in a cookie. */
export const deviceTokenOf = (given: GivenDevice | undefined, request: Request, cookies: SessionCookies): string | undefined =>
  (typeof given === 'object' ? given.token : undefined) ?? cookies.read(request).device
