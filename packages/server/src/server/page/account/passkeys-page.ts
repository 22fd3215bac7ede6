import { html } from 'hono/html'
import * as z from 'zod'
import { actOn } from '../../../audit/index.ts'
import type { Passkey, PasskeyRegistration } from '../../../account/passkey/index.ts'
import { passkeyName, passkeyRegistration } from '../../passkey-schema.ts'
import { requireRecentSignIn } from '../../recent-sign-in.ts'
import { secretText } from '../../schema.ts'
import { actionOf, buttonForm, hiddenFields, textField } from '../field.ts'
import type { Html } from '../html.ts'
import { icon } from '../icon.ts'
import { errorSummary, statusNotice } from '../layout.ts'
import { moment, sayWhen } from '../moment.ts'
import { type AnyForm, defineForm, definePage, type Page, type PageCall } from '../page.ts'
import { passkeyForm, withoutPasskeys } from '../passkey/passkey-form.ts'
import { typedPasskey } from '../passkey/typed-passkey.ts'
import { signedIn } from '../signed-in.ts'
import { backToAccount } from './part.ts'
import { recoveryPanel } from './recovery-panel.ts'

const PATH = '/account/passkeys'
const ADD = 'add'
const RENAME = 'rename'
const REMOVE = 'remove'

interface PasskeysQuery {
  /** The one that gets another name. */
  readonly rename?: string | undefined
}

const add: AnyForm = defineForm<{ readonly passkey: PasskeyRegistration; readonly name?: string | undefined }>({
  act: 'confirmPasskey',
  fields: z.strictObject({ passkey: typedPasskey(passkeyRegistration), name: passkeyName.optional() }),
  keeps: ['name'],
  failed: ({ passkey }) => passkey.addFailed,
  reason: ({ code }, { passkey }) => {
    if (code === 'conflict') return passkey.known
    return code === 'request_invalid' || code === 'request_replayed' ? passkey.over : undefined
  },
  async submit({ passkey, name }, call, services) {
    const { user, id: session } = signedIn(call).session
    await requireRecentSignIn(session, services)
    const { recoveryCodes } = await services.passkeys.confirm({ user, session }, passkey, name)
    return { to: call.link(PATH), flash: { name: 'passkey_added', ...(recoveryCodes.length === 0 ? {} : { recoveryCodes }) } }
  },
})

const rename: AnyForm = defineForm<{ readonly name: string }>({
  act: 'renamePasskey',
  fields: z.strictObject({ name: passkeyName }),
  keeps: ['name'],
  failed: ({ passkey }) => passkey.renameFailed,
  async submit({ name }, call, { passkeys }) {
    const { rename: id = '' } = call.query as PasskeysQuery // its page has one
    actOn('passkey', id)
    await passkeys.rename(signedIn(call).session.user, id, name)
    return { to: call.link(PATH), flash: { name: 'passkey_renamed' } }
  },
})

const remove: AnyForm = defineForm<{ readonly id: string }>({
  act: 'removePasskey',
  fields: z.strictObject({ id: secretText }),
  keeps: [],
  failed: ({ passkey }) => passkey.removeFailed,
  async submit({ id }, call, services) {
    const { user, id: session } = signedIn(call).session
    await requireRecentSignIn(session, services)
    actOn('passkey', id)
    await services.passkeys.remove(user, id)
    return { to: call.link(PATH), flash: { name: 'passkey_removed' } }
  },
})

/** The passkeys of the person: to add, to name, to remove. */
export const passkeysPage: Page = definePage<PasskeysQuery>({
  path: PATH,
  access: 'session',
  enrols: true,
  query: z.strictObject({ rename: secretText.optional() }),
  forms: { [ADD]: add, [RENAME]: rename, [REMOVE]: remove },
  async render(call, { passkeys, store }) {
    const { user } = signedIn(call).session
    const [kept, app] = await Promise.all([passkeys.list(user), store.factors.find(user)])
    const { passkey } = call.say
    const codes = call.flash?.recoveryCodes
    const renamed = kept.find(({ id }) => id === call.query.rename)
    const isLast = kept.length === 1 && app?.confirmedAt === undefined
    const body = html`<div class="narrow stack">
${backToAccount(call)}
<h1>${passkey.title}</h1>
${errorSummary(call)}
${statusNotice(noticeOf(call))}
${codes === undefined ? '' : recoveryPanel(codes, call)}
<p class="soft">${passkey.lead}</p>
${renamed === undefined ? '' : renamePanel(renamed, call)}
${kept.length === 0 ? html`<p>${passkey.none}</p>` : html`<ul class="card">${kept.map((each) => item(each, isLast, call))}</ul>`}
${renamed === undefined ? addPanel(call) : ''}
</div>`
    return { title: passkey.title, layout: 'wide', body, script: 'passkey' }
  },
})

function noticeOf({ flash, say: { passkey } }: PageCall): string | undefined {
  switch (flash?.name) {
    case 'passkey_added':
      return passkey.added
    case 'passkey_renamed':
      return passkey.renamed
    case 'passkey_removed':
      return passkey.removed
    default:
      return undefined
  }
}

function item({ id, name, synced, createdAt, lastUsedAt }: Passkey, isLast: boolean, call: PageCall): Html {
  const { passkey, account } = call.say
  const when = (at: number): string => sayWhen(at, call.now, call.locale)
  const used = lastUsedAt === undefined ? passkey.neverUsed : moment(lastUsedAt, account.lastUsed(when(lastUsedAt)))
  const button = html`<button class="button danger">${passkey.removeSubmit}</button>`
  return html`<li class="item two">${icon('key')}<div><div class="title"><span>${name}</span></div><div class="soft small">${synced ? passkey.synced : passkey.oneDevice} · ${moment(createdAt, passkey.addedOn(when(createdAt)))} · ${used}</div></div>
<a class="button quiet compact" href="${call.link(`${PATH}?rename=${encodeURIComponent(id)}`)}" aria-label="${passkey.renameNamed(name)}">${passkey.rename}</a>
<details><summary class="button danger compact" aria-label="${passkey.removeNamed(name)}">${passkey.remove}</summary>
<div class="effect stack"><p>${isLast ? passkey.removeLast : passkey.removeEffect}</p>${buttonForm(REMOVE, button, call, { id })}</div></details></li>`
}

function renamePanel({ name }: Passkey, call: PageCall): Html {
  const { passkey, page } = call.say
  return html`<form class="card pad stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(RENAME, call)}
${textField(RENAME, { name: 'name', label: passkey.renameNamed(name), hint: passkey.nameHint, autocomplete: 'off', enterkeyhint: 'done', maxlength: 64, value: name, autofocus: true }, call)}
<div class="buttons"><button class="button">${passkey.renameSubmit}</button><a class="button quiet" href="${call.link(PATH)}">${page.cancel}</a></div>
</form>`
}

function addPanel(call: PageCall): Html {
  const { passkey } = call.say
  const fields = textField(
    ADD,
    { name: 'name', label: passkey.name, hint: passkey.nameHint, autocomplete: 'off', enterkeyhint: 'done', maxlength: 64, optional: true },
    call,
  )
  const again = call.link(`/sign-in?step_up=yes&return_to=${encodeURIComponent(call.link(PATH))}`)
  const form = { form: ADD, kind: 'create', label: passkey.add, isMain: true, from: '/v1/me/factors/passkeys', again, fields } as const
  return html`<section class="card pad stack" aria-labelledby="add"><h2 id="add">${passkey.add}</h2>
${withoutPasskeys(call)}
${passkeyForm(form, call)}</section>`
}
