import type { MailSender, SmtpServer } from '../delivery/index.ts'
import { type Read, WrongValue } from './config-value.ts'

const urlHint =
  'Use smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:587; characters such as @ and : in the password are percent-encoded.'
const fromHint = 'Use an address, such as no-reply@example.com, or a name with it, such as Example <no-reply@example.com>.'
const MAXIMUM_NAME = 64

/** Reads `COUNTERSIGN_MAIL_URL`. Never repeats it in a complaint: there is a password in it. */
export const mailServer: Read<SmtpServer> = (raw) => {
  const url = typeof raw === 'string' ? URL.parse(raw.trim()) : null
  if (url === null || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '') {
    throw new WrongValue('is no smtp or smtps URL', urlHint)
  }
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '') {
    throw new WrongValue('has a path, a query or a fragment in it', urlHint)
  }
  const isSecure = url.protocol === 'smtps:'
  const [user, password] = [decoded(url.username), decoded(url.password)]
  if ((user === '') !== (password === '')) throw new WrongValue('has a user without a password, or a password without a user', urlHint)
  return Object.freeze({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 465 : 587) : Number(url.port),
    isSecure,
    credentials: user === '' ? undefined : Object.freeze({ user, password }),
  })
}

function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text)
    if (/\p{Cc}/u.test(plain)) throw new WrongValue('has control characters in its user or password', urlHint)
    return plain
  } catch (error) {
    throw error instanceof WrongValue ? error : new WrongValue('has a user or password that is not percent-encoded rightly', urlHint)
  }
}

/** Reads `COUNTERSIGN_MAIL_FROM`. It stands in a header: nothing in it may end that header, or add another sender. */
export const mailSender: Read<MailSender> = (raw) => {
  const text = typeof raw === 'string' ? raw.trim() : ''
  const { name, address = text } = /^"?(?<name>[^"<>]*?)"?\s*<(?<address>[^<>]*)>$/.exec(text)?.groups ?? {}
  if (!/^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(address) || address.length > 254) {
    throw new WrongValue('holds no address', fromHint)
  }
  if (name !== undefined && (name.length > MAXIMUM_NAME || /[\p{Cc}\p{Cf}\u2028\u2029]/u.test(name))) {
    throw new WrongValue('has a name that is too long, or not printable', fromHint)
  }
  return Object.freeze({ name: name === '' ? undefined : name, address })
}
