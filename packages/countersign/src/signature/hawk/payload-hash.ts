import { digestText, equalText, runningDigest } from '../../crypto/index.ts'
import type { DigestBinding } from '../request-signature.ts'

const utf8 = new TextEncoder()
const END = utf8.encode('\n')

/** The digest that Hawk takes of a body together with its media type, whose parameters do not count. Padded base64. */
export function hawkPayloadHash(body: Uint8Array, contentType: string | undefined): string {
  const start = utf8.encode(startOf(contentType))
  const whole = new Uint8Array(start.length + body.length + 1)
  whole.set(start)
  whole.set(body, start.length)
  whole.set(END, start.length + body.length)
  return digestText('sha-256', whole, 'base64')
}

export function hawkPayloadBinding(expected: string, contentType: string | undefined): DigestBinding {
  return {
    kind: 'digest',
    matches: (body) => equalText(hawkPayloadHash(body, contentType), expected),
    meter() {
      const digest = runningDigest('sha-256')
      digest.update(utf8.encode(startOf(contentType)))
      return {
        update: (chunk) => digest.update(chunk),
        matches() {
          digest.update(END)
          return equalText(digest.text('base64'), expected)
        },
      }
    },
  }
}

function startOf(contentType = ''): string {
  const [type = ''] = contentType.split(';', 1)
  return `hawk.1.payload\n${type.trim().toLowerCase()}\n`
}
