import type { EpochMs } from 'countersign/core'
import { html } from 'hono/html'
import type { Session } from '../../../session/index.ts'
import { buttonForm } from '../field.ts'
import type { Html } from '../html.ts'
import { icon } from '../icon.ts'
import { moment, sayWhen } from '../moment.ts'
import type { PageCall } from '../page.ts'
import { deviceTitle, isHandheld } from './device-title.ts'

/** A session, and where its address is, as far as that is known. */
export interface PlacedSession {
  readonly session: Session
  readonly place: string | undefined
}

/** Where the user is signed in: this device first, then the ones that were used last. */
export function sessionSection(living: readonly PlacedSession[], current: string, call: PageCall): Html {
  const { account } = call.say
  const own = living.find(({ session }) => session.id === current)
  const others = living.filter((each) => each !== own).sort((a, b) => b.session.rotatedAt - a.session.rotatedAt)
  return html`<section aria-labelledby="sessions"><header><div><h2 id="sessions">${account.sessions}</h2><p class="soft small">${account.sessionsHint}</p></div>${others.length === 0 ? '' : endOthers(others.length, call)}</header>
<ul class="card">
${own === undefined ? '' : item(own, html`<span class="badge"><span class="dot"></span>${account.thisDevice}</span>`, '', call)}
${others.map((each) => item(each, '', endButton(each.session, call), call))}
</ul></section>`
}

function item({ session, place }: PlacedSession, badge: Html | '', action: Html | '', call: PageCall): Html {
  const { account } = call.say
  const { device, amr, createdAt, rotatedAt } = session
  const when = (at: EpochMs): string => sayWhen(at, call.now, call.locale)
  const known = account.methods as Readonly<Record<string, string>>
  const methods = [...new Set(amr.flatMap((method) => (Object.hasOwn(known, method) ? [known[method]] : [])))].join(', ')
  const used = [place, device.address, methods].filter((fact) => fact !== undefined && fact !== '').map((fact) => html`${fact} · `)
  return html`<li class="item">${icon(isHandheld(device) ? 'phone' : 'screen')}<div><div class="title"><span>${deviceTitle(device, account)}</span> ${badge}</div><div class="soft small">${used}${moment(createdAt, account.signedIn(when(createdAt)))} · ${moment(rotatedAt, account.lastUsed(when(rotatedAt)))}</div></div>${action}</li>`
}

function endButton(session: Session, call: PageCall): Html {
  const { account } = call.say
  const title = account.endNamed(deviceTitle(session.device, account))
  return buttonForm('end', html`<button class="button quiet compact" aria-label="${title}">${account.end}</button>`, call, {
    session: session.id,
  })
}

/** Names what it does, and to how many, before it does it; without a script. */
function endOthers(count: number, call: PageCall): Html {
  const { account } = call.say
  const button = html`<button class="button danger">${account.endOthersSubmit(count)}</button>`
  return html`<details><summary class="button danger compact">${account.endOthers}</summary>
<div class="effect stack"><p>${account.endOthersEffect(count)}</p>${buttonForm('end_others', button, call)}</div></details>`
}
