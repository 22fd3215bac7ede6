/** A child process: the whole Countersign server with applications of others, which people have signed in to and allowed what they ask for. */
import { createHash, randomBytes } from 'node:crypto'
import { configFromOptions, type RunningServer, serve } from '@countersign/server'
import { PageBrowser, type ShownPage } from '../../../test/http/page-browser.ts'
import { answerParent } from '../harness/parent.ts'
import type { ClientCredentials, TokenReady, TokenRequest } from './token-subject.ts'

const PASSWORD = 'correct horse battery staple'
const REDIRECT = 'http://127.0.0.1:9/back'
const SCOPE = 'orders:read orders:write'
const TOKEN_PATH = '/oauth/token'

/** With the authority of the machine's administrator. */
async function ask<Answer>({ countersign, url }: RunningServer, path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'countersign-bench' }
  const response = await countersign.localFetch(new Request(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }))
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Answer
}

const client = (server: RunningServer, grantTypes: readonly string[], redirectUris: readonly string[]): Promise<ClientCredentials> =>
  ask(server, '/v1/clients', {
    name: 'Bench',
    kind: 'confidential',
    grant_types: grantTypes,
    redirect_uris: redirectUris,
    scopes: SCOPE.split(' '),
  })

/** The whole way: a person signs in, allows what is asked, and the code is redeemed. @returns the refresh token. */
async function signIn(server: RunningServer, web: ClientCredentials, email: string): Promise<string> {
  await ask(server, '/v1/users', { email, password: PASSWORD, roles: [] })
  const browser = new PageBrowser(server.url, { 'user-agent': 'countersign-bench' })
  await browser.submit(await browser.open('/sign-in'), 'sign_in', { email, password: PASSWORD })
  const verifier = randomBytes(32).toString('base64url')
  const code_challenge = createHash('sha256').update(verifier).digest('base64url')
  const asked = { client_id: web.id, redirect_uri: REDIRECT, response_type: 'code', scope: SCOPE, code_challenge }
  const query = new URLSearchParams({ ...asked, code_challenge_method: 'S256' })
  const consent = await browser.open(`/oauth/authorize?${query}`)
  const code = await called(browser, await browser.send(consent, 'allow'))
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: verifier }
  const authorization = `Basic ${Buffer.from(`${web.id}:${web.secret}`).toString('base64')}`
  const response = await fetch(server.url + TOKEN_PATH, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) })
  const answer = (await response.json()) as { readonly refresh_token?: string }
  if (answer.refresh_token === undefined) throw new Error(`no refresh token: ${JSON.stringify(answer)}`)
  return answer.refresh_token
}

/** What the client is called back with; `Refresh` leads out of a form's page. */
async function called(browser: PageBrowser, page: ShownPage): Promise<string> {
  const to = page.headers.get('location') ?? /url=(.+)$/.exec(page.headers.get('refresh') ?? '')?.[1]
  if (to === undefined) throw new Error(`nothing leads on from ${page.url.href}: ${page.text}`)
  const url = new URL(to, page.url)
  return url.searchParams.get('code') ?? called(browser, await browser.ask(url.pathname + url.search))
}

async function start({ sessions, folder, database = `sqlite:${folder}/countersign.db` }: TokenRequest): Promise<TokenReady> {
  const options = { port: 0, oauth: true, database, logLevel: 'warn', passwordMemoryKib: 64, passwordPasses: 1 } as const
  const server = await serve(configFromOptions({ ...options, secret: randomBytes(32).toString('base64url') }))
  const machine = await client(server, ['client_credentials'], [])
  const web = await client(server, ['authorization_code', 'refresh_token'], [REDIRECT])
  const refreshTokens: string[] = []
  for (let index = 0; index < sessions; index++) refreshTokens.push(await signIn(server, web, `person${index}@example.com`))
  return { port: Number(new URL(server.url).port), tokenPath: TOKEN_PATH, machine, web, refreshTokens }
}

answerParent({ start })
