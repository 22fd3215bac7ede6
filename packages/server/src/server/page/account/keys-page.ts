import { html } from 'hono/html'
import * as z from 'zod'
import { actOn } from '../../../audit/index.ts'
import type { CallerKey } from '../../../credential/index.ts'
import { requireRecentSignIn } from '../../recent-sign-in.ts'
import { displayName, secretText } from '../../schema.ts'
import { checkField, selectField } from '../choice.ts'
import { actionOf, buttonForm, hiddenFields, textField } from '../field.ts'
import type { Html } from '../html.ts'
import { icon } from '../icon.ts'
import { errorSummary, statusNotice } from '../layout.ts'
import { moment, sayDay, sayWhen } from '../moment.ts'
import { type AnyForm, defineForm, definePage, type Page, type PageCall } from '../page.ts'
import { signedIn } from '../signed-in.ts'
import { backToAccount } from './part.ts'

const PATH = '/account/keys'
const CREATE = 'create'
const REMOVE = 'remove'
const DAY_MS = 86_400_000
const lives = ['30', '90', '365', 'never'] as const
const SCOPE = 'scope:'
const ROLE = 'role:'

type Chosen = Readonly<Record<string, unknown>> & { readonly name: string; readonly ends: (typeof lives)[number] }

/** Each box bears the name of what it gives. Whether its person has that is the domain's to say. */
const isBox = (name: string, value: unknown): boolean => (name.startsWith(SCOPE) || name.startsWith(ROLE)) && value === 'yes'

const chosenSchema: z.ZodType<Chosen> = z
  .looseObject({ name: displayName, ends: z.enum(lives) })
  .superRefine(({ name: _name, ends: _ends, ...boxes }, context) => {
    const keys = Object.keys(boxes).filter((name) => !isBox(name, boxes[name]))
    if (keys.length > 0) context.addIssue({ code: 'unrecognized_keys', keys, input: boxes })
  })

const create: AnyForm = defineForm<Chosen>({
  act: 'createApiKey',
  fields: chosenSchema,
  keeps: ['name', 'ends', SCOPE, ROLE],
  failed: ({ key }) => key.failed,
  reason: ({ code }, { key }) => (code === 'conflict' ? key.tooMany : undefined),
  async submit({ name, ends, ...boxes }, call, services) {
    const { principal, session } = signedIn(call)
    // A key outlives the session that makes it.
    await requireRecentSignIn(session.id, services)
    const chosen = (kind: string): readonly string[] =>
      Object.keys(boxes).flatMap((box) => (box.startsWith(kind) ? [box.slice(kind.length)] : []))
    const { text } = await services.apiKeys.create({
      name,
      environment: 'live',
      owner: { kind: 'user', id: session.user },
      allowance: { roles: principal.roles, scope: principal.scope },
      scope: chosen(SCOPE),
      roles: chosen(ROLE),
      expiresAt: ends === 'never' ? undefined : call.now + Number(ends) * DAY_MS,
    })
    return { to: call.link(PATH), flash: { name: 'key_made', apiKey: text } }
  },
})

const remove: AnyForm = defineForm<{ readonly id: string }>({
  act: 'removeApiKey',
  fields: z.strictObject({ id: secretText }),
  keeps: [],
  failed: ({ key }) => key.removeFailed,
  async submit({ id }, call, { apiKeys }) {
    const owner = { kind: 'user', id: signedIn(call).session.user } as const
    actOn('api_key', id)
    await apiKeys.remove(id, { isOperator: false, owner, key: undefined })
    return { to: call.link(PATH), flash: { name: 'key_removed' } }
  },
})

/** The API keys of the person: made here and shown once, listed, removed. */
export const keysPage: Page = definePage({
  path: PATH,
  access: 'session',
  forms: { [CREATE]: create, [REMOVE]: remove },
  async render(call, { apiKeys }) {
    const { key } = call.say
    const owned = await apiKeys.list({ owner: { kind: 'user', id: signedIn(call).session.user } })
    const made = call.flash?.apiKey
    const body = html`<div class="narrow stack">
${backToAccount(call)}
<h1>${key.title}</h1>
${errorSummary(call)}
${statusNotice(call.flash?.name === 'key_removed' ? key.removed : undefined)}
${made === undefined ? '' : madePanel(made, call)}
<p class="soft">${key.lead}</p>
${owned.length === 0 ? html`<p>${key.none}</p>` : html`<ul class="card">${owned.map((each) => item(each, call))}</ul>`}
${made === undefined ? createPanel(call) : ''}
</div>`
    return { title: key.title, layout: 'wide', body }
  },
})

const madePanel = (
  text: string,
  call: PageCall,
): Html => html`<section class="card pad stack" aria-labelledby="made"><h2 id="made">${call.say.key.madeTitle}</h2>
<p>${call.say.key.made}</p>
<p><code class="key whole">${text}</code></p>
<p><a class="button" href="${call.link(PATH)}">${call.say.key.madeDone}</a></p></section>`

function item({ id, settings, expiresAt, lastUsedAt }: CallerKey, call: PageCall): Html {
  const { key, account } = call.say
  const { name, scope, roles = [] } = settings
  const isOver = expiresAt !== undefined && expiresAt <= call.now
  const state = isOver ? key.over : settings.disabled === true ? key.off : undefined
  const ends = expiresAt === undefined ? key.never : moment(expiresAt, key.until(sayDay(expiresAt, call.locale)))
  const used = lastUsedAt === undefined ? key.unused : moment(lastUsedAt, account.lastUsed(sayWhen(lastUsedAt, call.now, call.locale)))
  const rights = [...scope, ...roles]
  const button = html`<button class="button danger">${key.removeSubmit}</button>`
  return html`<li class="item">${icon('terminal')}<div><div class="title"><span>${name}</span>${state === undefined ? '' : html` <span class="badge warning">${state}</span>`}</div><div class="soft small"><code>${shortened(id)}</code> · ${ends} · ${used}</div>${rights.length === 0 ? '' : html`<div class="soft small">${rights.join(', ')}</div>`}</div>
<details><summary class="button danger compact" aria-label="${key.removeNamed(name)}">${key.remove}</summary>
<div class="effect stack"><p>${key.removeEffect}</p>${buttonForm(REMOVE, button, call, { id })}</div></details></li>`
}

/** As people tell them apart. */
const shortened = (id: string): string => (id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`)

function createPanel(call: PageCall): Html {
  const { key } = call.say
  const { scope, roles } = signedIn(call).principal
  const options = lives.map((life) => ({ value: life, label: life === 'never' ? key.never : key.days(Number(life)) }))
  return html`<section class="card pad stack" aria-labelledby="new"><h2 id="new">${key.newTitle}</h2>
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(CREATE, call)}
${textField(CREATE, { name: 'name', label: key.name, hint: key.nameHint, autocomplete: 'off', enterkeyhint: 'done', maxlength: 200 }, call)}
${selectField(CREATE, { name: 'ends', label: key.ends, options, value: '90' }, call)}
${boxes(SCOPE, key.scopes, scope, undefined, call)}
${boxes(ROLE, key.roles, roles, key.rolesHint, call)}
<button class="button">${key.submit}</button>
</form></section>`
}

function boxes(kind: string, legend: string, names: readonly string[], hint: string | undefined, call: PageCall): Html | '' {
  if (names.length === 0) return ''
  return html`<fieldset><legend>${legend}</legend>${names.map((name) => checkField(CREATE, { name: kind + name, label: name }, call))}${hint === undefined ? '' : html`<p class="hint">${hint}</p>`}</fieldset>`
}
