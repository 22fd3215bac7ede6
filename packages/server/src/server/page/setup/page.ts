import { hash } from 'node:crypto'
import { setupScript } from './script.ts'
import { setupStyle } from './style.ts'

/** A page that is the same for everyone: made once, with the hashes of its own style and script as its whole policy. */
export interface StaticPage {
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

const digest = (part: string): string => `'sha256-${hash('sha256', part, 'base64')}'`

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Set up Countersign</title>
<style>${setupStyle}</style>
</head>
<body>
<main>
<h1>Create the first administrator</h1>
<div id="notice" role="alert" tabindex="-1" hidden></div>
<form id="form">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" inputmode="email" maxlength="254" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" aria-describedby="password-hint" required>
<p id="password-hint" class="hint">A long phrase is best: 15 characters or more.</p>
<button type="submit">Create administrator</button>
</form>
<noscript><p>This page needs JavaScript. On the server, <code>countersign users create --role admin</code> does the same.</p></noscript>
</main>
<script>${setupScript}</script>
</body>
</html>
`

export const setupPage: StaticPage = Object.freeze({
  html,
  headers: Object.freeze({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      `script-src ${digest(setupScript)}`,
      `style-src ${digest(setupStyle)}`,
      "connect-src 'self'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "object-src 'none'",
    ].join('; '),
  }),
})
