import type { Platform } from 'countersign/core'
import { Failure, misuse } from '../failure.ts'
import type { Door } from './door.ts'

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** The address of a server; credentials only go over TLS or stay on this machine. @throws {Failure}. */
export function serverUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw misuse('--url is not an http or https URL.')
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) {
    throw misuse('--url must use https: a token must not travel in the clear.')
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

/** A server elsewhere, with an operator's access token. */
export function networkDoor(url: string, token: string, { fetch }: Platform): Door {
  const base = serverUrl(url)
  return {
    name: base,
    async send({ method, path, body }) {
      const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
      try {
        const response = await fetch(`${base}${path}`, {
          method,
          headers,
          redirect: 'error',
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        return { status: response.status, text: await response.text() }
      } catch {
        throw new Failure(`${base} cannot be reached.`, 'Check the address, and that the server is running.')
      }
    },
    close: async () => {},
  }
}
