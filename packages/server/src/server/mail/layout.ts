import type { ComposedMail } from '../../delivery/index.ts'
import type { Brand } from '../config-brand.ts'
import { mailWords } from './mail-words.ts'

export type MailPart =
  | { readonly paragraph: string }
  /** Pairs of a label and what it names. */
  | { readonly facts: readonly (readonly [label: string, value: string])[] }
  | { readonly button: { readonly label: string; readonly url: string } }
  /** To be typed by hand. */
  | { readonly code: string }
  | { readonly small: string }

/** A mail as it is described; both of its forms are made of this. All of it is plain text. */
export interface MailContent {
  readonly to: string
  readonly language: string
  readonly subject: string
  readonly heading: string
  readonly parts: readonly MailPart[]
}

/**
 * Both forms of a mail. The HTML loads nothing and measures nothing; it sets no colours but those of its button, so that every mail program
 * shows it in its own, dark or light; and it is read in order by whoever has it read aloud.
 */
export function layOut({ to, subject, ...content }: MailContent, brand: Brand): ComposedMail {
  return { to, subject, text: textOf(content, brand), html: htmlOf({ subject, ...content }, brand) }
}

function textOf({ language, heading, parts }: Omit<MailContent, 'to' | 'subject'>, { name }: Brand): string {
  const blocks = parts.map((part) => {
    if ('paragraph' in part) return part.paragraph
    if ('facts' in part) return part.facts.map(([label, value]) => `${label}: ${value}`).join('\n')
    if ('button' in part) return `${part.button.label}:\n${part.button.url}`
    if ('code' in part) return `    ${part.code}`
    return part.small
  })
  // What stands behind this line is a signature to every mail program.
  return `${[heading, ...blocks].join('\n\n')}\n\n-- \n${mailWords(language).footer(name)}\n`
}

const body = "margin:0;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif"
const soft = 'margin:16px 0 0;font-size:14px;opacity:.75;overflow-wrap:anywhere'

function htmlOf({ language, subject, heading, parts }: Omit<MailContent, 'to'>, { name, light }: Brand): string {
  const words = mailWords(language)
  return `<!doctype html>
<html lang="${escapeHtml(language)}" style="color-scheme:light dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
</head>
<body style="${body}">
<div role="article" lang="${escapeHtml(language)}" style="max-width:560px;margin:0 auto">
<p style="margin:0 0 24px;font-weight:600">${escapeHtml(name)}</p>
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">${escapeHtml(heading)}</h1>
${parts.map((part) => htmlOfPart(part, light, words.linkHint)).join('\n')}
<p style="${soft};padding-top:16px;border-top:1px solid rgba(128,128,128,.4)">${escapeHtml(words.footer(name))}</p>
</div>
</body>
</html>
`
}

function htmlOfPart(part: MailPart, { accent, ink }: Brand['light'], linkHint: string): string {
  if ('paragraph' in part) return `<p style="margin:0 0 16px">${escapeHtml(part.paragraph)}</p>`
  if ('facts' in part) {
    const rows = part.facts.map(([label, value]) => `<span style="opacity:.75">${escapeHtml(label)}:</span> ${escapeHtml(value)}`)
    return `<p style="margin:0 0 16px;overflow-wrap:anywhere">${rows.join('<br>\n')}</p>`
  }
  if ('button' in part) {
    const url = escapeHtml(part.button.url)
    const look = `display:inline-block;padding:12px 20px;border-radius:8px;background:${accent};color:${ink};font-weight:600;text-decoration:none`
    return `<p style="margin:24px 0 16px"><a href="${url}" style="${look}">${escapeHtml(part.button.label)}</a></p>
<p style="${soft}">${escapeHtml(linkHint)}<br>\n${url}</p>`
  }
  if ('code' in part) {
    return `<p style="margin:0 0 16px;font:600 24px/1.5 ui-monospace,monospace;letter-spacing:.1em">${escapeHtml(part.code)}</p>`
  }
  return `<p style="${soft}">${escapeHtml(part.small)}</p>`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
