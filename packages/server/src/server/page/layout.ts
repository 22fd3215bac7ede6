import { html } from 'hono/html'
import { localeNames, locales } from '../message/message.ts'
import { fieldId, hiddenFields } from './field.ts'
import type { Html } from './html.ts'
import { mark } from './icon.ts'
import type { PageCall, View } from './page.ts'
import type { Site } from './site.ts'

/** The whole document around what a page shows. */
export function layout({ title, layout: kind, body, script, sendsTo }: View, call: PageCall, site: Site): Html {
  const { say, locale, nonce } = call
  if (kind === 'console') return consoleDocument({ title, body }, call, site)
  const heading = call.sent === undefined ? title : say.page.errorPrefix + title
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${say.page.pageTitle(heading, site.brand.name)}</title>
<link rel="icon" href="${call.link(site.icon)}">
<link rel="stylesheet" nonce="${nonce}" href="${call.link(site.styleSheet)}">
${script === undefined ? '' : html`<script nonce="${nonce}" src="${call.link(site.passkeyScript)}" defer></script>`}
</head>
<body>
<a class="skip" href="#main">${say.page.skip}</a>
${sendsTo === undefined ? (kind === 'panel' ? panel(body, call) : wide(body, call, site)) : passing(body, call)}
</body>
</html>
`
}

/** Every address that it names stands below its base, wherever in the console it was asked for. */
function consoleDocument(
  { title, body }: Pick<View, 'title' | 'body'>,
  call: PageCall,
  { brand, icon, accentSheet, console: built }: Site,
): Html {
  const sheets = (built?.styleSheets ?? []).map((name) => html`<link rel="stylesheet" href="file/${name}">`)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<base href="${call.link('/console/')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="application-name" content="${brand.name}">
<title>${call.say.page.pageTitle(title, brand.name)}</title>
<link rel="icon" href="${call.link(icon)}">
${sheets}
<link rel="stylesheet" href="${call.link(accentSheet)}">
<script type="module" src="file/${built?.script ?? ''}"></script>
</head>
<body>
${body}
</body>
</html>
`
}

const panel = (body: Html, call: PageCall): Html => html`<main id="main" tabindex="-1" class="panel">
${body}
${languages(call)}
</main>`

/** It goes on by itself, and in one language: asked for once more it would be another one. */
const passing = (body: Html, { nonce }: PageCall): Html => html`<main id="main" tabindex="-1" class="panel">
${body}
</main>
<script nonce="${nonce}">document.forms[0].submit()</script>`

const wide = (body: Html, call: PageCall, site: Site): Html => html`<header class="top"><div>
${brandMark(call, site)}
${call.session === undefined ? '' : html`<div class="who">${signOut(call)}</div>`}
</div></header>
<main id="main" tabindex="-1" class="wide">
${body}
${languages(call)}
</main>`

const signOut = (call: PageCall): Html =>
  html`<form method="post" action="${call.link('/sign-out')}">${hiddenFields('sign_out', call)}<button class="button quiet compact">${call.say.page.signOut}</button></form>`

/** Whose page it is: name, and logo or our mark. */
export function brandMark(call: PageCall, { brand, logo }: Site): Html {
  const picture = logo === undefined ? mark : html`<img src="${call.link(logo)}" alt="">`
  return html`<a class="mark" href="${call.link('/')}">${picture}${brand.name}</a>`
}

/** The same page in the other languages, each in its own words. */
function languages(call: PageCall): Html {
  const choices = locales.map((locale) =>
    locale === call.locale
      ? html`<span aria-current="true">${localeNames[locale]}</span>`
      : html`<a lang="${locale}" hreflang="${locale}" href="${inLanguage(locale, call)}">${localeNames[locale]}</a>`,
  )
  return html`<footer><nav class="languages small soft" aria-label="${call.say.page.language}">${choices}</nav></footer>`
}

function inLanguage(locale: string, { request, link }: PageCall): string {
  const url = new URL(request.url)
  url.searchParams.set('lang', locale)
  return link(url.pathname + url.search)
}

/** What is wrong, on top: it takes the focus and leads to the fields. Nothing where nothing is wrong. */
export function errorSummary(call: PageCall): Html | '' {
  const { sent, say } = call
  if (sent === undefined) return ''
  const fields = Object.entries(sent.errors).map(([name, error]) => html`<li><a href="#${fieldId(sent.form, name)}">${error}</a></li>`)
  return html`<div class="notice danger" role="alert" tabindex="-1" autofocus>
<strong>${sent.failed}</strong>
${sent.reason === undefined ? '' : html`<p>${sent.reason}</p>`}
${fields.length === 0 ? '' : html`<ul>${fields}</ul>`}
<p class="support">${say.page.support(sent.code, call.requestId)}</p>
</div>`
}

/** What has happened, once. */
export const statusNotice = (text: string | undefined): Html | '' =>
  text === undefined ? '' : html`<div class="notice" role="status">${text}</div>`
