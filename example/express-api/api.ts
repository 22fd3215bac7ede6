import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Verifier } from 'countersign'
import { guard } from 'countersign/express'
import express from 'express'
import { browserModule } from '../../tool/browser-module.ts'

const page = (name: string): string => fileURLToPath(import.meta.resolve(`./page/${name}`))

/** Notes of each person, for pages with cookies and for programs with tokens, and a page that shows them. */
export function notesApi(verifier: Verifier, issuer: string): express.Express {
  const notes = new Map<string, string[]>()
  const of = (user = ''): string[] => notes.get(user) ?? []
  const app = express()

  app.get('/notes', guard(verifier), (request, response) => void response.json({ notes: of(request.principal?.user) }))
  app.post('/notes', guard(verifier), express.json({ limit: '10kb' }), (request, response) => {
    const { user = '' } = request.principal ?? {}
    const text: unknown = request.body?.text
    if (typeof text !== 'string') return void response.status(400).json({ code: 'text_missing' })
    notes.set(user, [...of(user), text])
    response.status(201).json({ notes: of(user) })
  })
  app.delete('/notes', guard(verifier, { role: 'staff', freshness: 'strict' }), (_request, response) => {
    notes.clear()
    response.status(204).end()
  })

  app.use((_request, response, next) => {
    response.set('content-security-policy', `default-src 'self'; connect-src 'self' ${issuer}; frame-ancestors 'none'`)
    next()
  })
  app.get('/', (_request, response) => response.sendFile(page('index.html')))
  // What a bundler does at home: the types go, and the library has an address.
  app.get('/page.js', async (_request, response) => {
    const script = stripTypeScriptTypes(await readFile(page('page.ts'), 'utf8'))
    response.type('text/javascript').send(script.replace("'countersign/client'", "'/countersign/client/index.ts'"))
  })
  app.get('/issuer', (_request, response) => void response.json({ issuer }))
  app.get('/countersign/*path', async (request, response) => {
    const text = await browserModule(request.path.slice('/countersign'.length))
    if (text === undefined) response.status(404).end()
    else response.type('text/javascript').send(text)
  })
  return app
}
