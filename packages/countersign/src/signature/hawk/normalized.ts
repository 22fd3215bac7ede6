import type { RequestMessage } from '../message.ts'
import { malformedHawk } from './hawk-attributes.ts'

/** What a Hawk MAC is made over. */
export interface HawkArtifacts {
  /** As on the wire: seconds. For a bewit, when it expires. */
  readonly ts: string
  readonly nonce: string
  readonly method: string
  /** Path and query, as sent. */
  readonly resource: string
  readonly host: string
  readonly port: string
  readonly hash?: string | undefined
  readonly ext?: string | undefined
  /** The application of Oz, and on whose behalf it acts. */
  readonly app?: string | undefined
  readonly dlg?: string | undefined
}

/** One line for each part. No part can hold a line break, and none but `ext` a backslash, which its wire form excludes as well. */
export function normalizedText(type: 'header' | 'response' | 'bewit', artifacts: HawkArtifacts): string {
  const { ts, nonce, method, resource, host, port, hash = '', ext = '', app, dlg = '' } = artifacts
  const text = `hawk.1.${type}\n${ts}\n${nonce}\n${method}\n${resource}\n${host}\n${port}\n${hash}\n${ext}\n`
  return app === undefined ? text : `${text}${app}\n${dlg}\n`
}

const AUTHORITY = /^([^:[\]@/\s]+|\[[0-9a-fA-F:.]+\])(?::(\d{1,5}))?$/
const METHOD = /^[A-Z][A-Z-]{0,31}$/
const RESOURCE = /^\/[!-~]{0,8191}$/

export type HawkRequest = Pick<RequestMessage, 'method' | 'target' | 'scheme' | 'authority'>

/**
 * The parts that the request itself says.
 *
 * @throws {AuthError} `credential_malformed`: no origin form, not visible ASCII, or an authority that is none.
 */
export function requestArtifacts(request: HawkRequest): Pick<HawkArtifacts, 'method' | 'resource' | 'host' | 'port'> {
  const [, host, port] = AUTHORITY.exec(request.authority) ?? []
  if (host === undefined) throw malformedHawk('host')
  if (!METHOD.test(request.method)) throw malformedHawk('method')
  if (!RESOURCE.test(request.target)) throw malformedHawk('resource')
  return {
    method: request.method,
    resource: request.target,
    host: host.toLowerCase(),
    port: port ?? (request.scheme === 'https' ? '443' : '80'),
  }
}
