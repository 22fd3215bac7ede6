// A page without a framework. The browser holds the tokens; this script sees none of them.
import { createSessionClient, sessionViews } from 'countersign/client'

const part = <Part extends HTMLElement>(id: string): Part => document.getElementById(id) as Part
const say = (text: string): void => {
  part('status').textContent = text
}
const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const { issuer } = (await (await fetch('/issuer')).json()) as { issuer: string }
const client = createSessionClient({ baseUrl: issuer, transport: 'cookie' })
const views = sessionViews(client)

function show(): void {
  const view = views.getSnapshot()
  part('sign-in').hidden = view.state !== 'signed-out'
  part('notes').hidden = view.state !== 'signed-in'
  if (view.state === 'signed-in') {
    say(`Signed in as ${view.user.email}`)
    void list(client.fetch('/notes')).catch((error: unknown) => say(said(error)))
  } else {
    part('list').replaceChildren()
    say(view.state === 'unknown' ? 'Just a moment …' : (view.reason ?? 'Not signed in'))
  }
}

async function list(asking: Promise<Response>): Promise<void> {
  const response = await asking
  if (!response.ok) return
  const { notes } = (await response.json()) as { notes: readonly string[] }
  part('list').replaceChildren(...notes.map((text) => Object.assign(document.createElement('li'), { textContent: text })))
}

function onSubmit(form: HTMLFormElement, send: (field: (name: string) => string) => Promise<unknown>): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const given = new FormData(form)
    const field = (name: string): string => {
      const value = given.get(name)
      return typeof value === 'string' ? value : ''
    }
    send(field).then(
      () => form.reset(),
      (error: unknown) => say(`That did not work: ${said(error)}`),
    )
  })
}

onSubmit(part('sign-in'), (field) => client.signIn({ email: field('email'), password: field('password') }))
onSubmit(part('write'), (field) => {
  const body = JSON.stringify({ text: field('text') })
  return list(client.fetch('/notes', { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
})
part('sign-out').addEventListener('click', () => {
  client.signOut().catch((error: unknown) => say(`Still signed in: ${said(error)}`))
})
views.subscribe(show)
