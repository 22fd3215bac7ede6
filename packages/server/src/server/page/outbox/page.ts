import { hash } from 'node:crypto'
import { AuthError, isLoopback } from 'countersign/core'
import type { Outbox, OutgoingMail } from '../../../delivery/index.ts'
import type { Call } from '../../route.ts'
import type { Services } from '../../services.ts'
import { escapeHtml } from '../../mail/layout.ts'
import { outboxStyle } from './style.ts'

/** Any of these says that somebody stands between the browser and us. */
const forwarding = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']
const ownName = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * The outbox, for a browser on this very machine that has called us by a name of this machine: mails hold links that sign people in. A page of somebody
 * else whose name has come to stand for this machine calls us by its own name.
 *
 * @throws {AuthError} `not_found` to everybody else, and where mail is sent.
 */
export function ownOutbox({ request, client }: Pick<Call<undefined, undefined>, 'request' | 'client'>, { outbox }: Services): Outbox {
  const isOwn = client.address !== undefined && isLoopback(client.address) && ownName.test(new URL(request.url).hostname)
  if (outbox === undefined || !isOwn || forwarding.some((name) => request.headers.has(name))) throw new AuthError('not_found')
  return outbox
}

/** @throws {AuthError} `not_found`. */
export function mailOf(outbox: Outbox, id: string | undefined): OutgoingMail {
  const mail = outbox.find(id ?? '')
  if (mail === undefined) throw new AuthError('not_found')
  return mail
}

const page = (title: string, content: string): Response =>
  new Response(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${outboxStyle}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`,
    {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': [
          "default-src 'none'",
          `style-src 'sha256-${hash('sha256', outboxStyle, 'base64')}'`,
          "frame-src 'self'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
        ].join('; '),
      },
    },
  )

const when = ({ createdAt }: OutgoingMail): string => {
  const moment = new Date(createdAt).toISOString()
  return `<time datetime="${moment}">${moment.slice(0, 19).replace('T', ' ')} UTC</time>`
}

export function outboxPage(mails: readonly OutgoingMail[]): Response {
  const items = mails.map(
    (mail) => `<li><a href="/outbox/${encodeURIComponent(mail.id)}">${escapeHtml(mail.subject)}</a>
<span class="facts">to ${escapeHtml(mail.to)}, ${when(mail)}</span></li>`,
  )
  const list = items.length === 0 ? '<p>No mail yet. Load this page again when there should be one.</p>' : `<ul>${items.join('\n')}</ul>`
  return page(
    'Outbox',
    `<h1>Outbox</h1>
<p class="hint">No mail server is configured, so mail ends here: the newest two hundred, until this server stops. Set COUNTERSIGN_MAIL_URL to send it.</p>
${list}`,
  )
}

/** An address that fills its line, as in every mail of ours. */
const linked = (text: string): string =>
  escapeHtml(text).replace(/^(https?:\/\/\S+)$/gm, (url) => `<a href="${url}" rel="noreferrer">${url}</a>`)

export const outboxMailPage = (mail: OutgoingMail): Response =>
  page(
    mail.subject,
    `<p><a href="/outbox">Outbox</a></p>
<h1>${escapeHtml(mail.subject)}</h1>
<p class="facts">to ${escapeHtml(mail.to)}, ${when(mail)}, ${escapeHtml(mail.template)}</p>
<h2>As plain text</h2>
<pre>${linked(mail.text)}</pre>
<h2>As HTML</h2>
<iframe sandbox title="The mail as HTML" src="/outbox/${encodeURIComponent(mail.id)}/html"></iframe>`,
  )

/** The mail itself, in a frame of its own that may do nothing. */
export const outboxPreview = ({ html }: OutgoingMail): Response =>
  new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
      'x-frame-options': 'SAMEORIGIN',
    },
  })
