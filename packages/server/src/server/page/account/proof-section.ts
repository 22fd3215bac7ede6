import { html } from 'hono/html'
import type { EpochMs } from 'countersign/core'
import type { Html } from '../html.ts'
import { icon, type IconName } from '../icon.ts'
import { sayWhen } from '../moment.ts'
import type { PageCall } from '../page.ts'

export interface ProofFacts {
  /** Since when the authenticator app is in use; undefined: it is not. */
  readonly appSince: EpochMs | undefined
}

interface Proof {
  readonly path: string
  readonly picture: IconName
  readonly title: string
  readonly state: string
  readonly action: string
}

/** Ways to prove who one is, each with its page; those whose page is not there are not shown. */
export function proofSection({ appSince }: ProofFacts, call: PageCall): Html {
  const { account } = call.say
  const appState = appSince === undefined ? account.appOff : account.appOn(sayWhen(appSince, call.now, call.locale))
  const appAction = appSince === undefined ? account.setUp : account.manage
  const all: readonly Proof[] = [
    { path: '/account/passkeys', picture: 'key', title: account.passkeys, state: account.passkeysHint, action: account.manage },
    { path: '/account/authenticator', picture: 'clock', title: account.app, state: appState, action: appAction },
    { path: '/account/password', picture: 'lock', title: account.password, state: account.passwordHint, action: account.change },
  ]
  return html`<section aria-labelledby="proofs"><header><h2 id="proofs">${account.proofs}</h2></header>
<ul class="card">${all.filter(({ path }) => call.offers(path)).map((proof) => item(proof, call))}</ul></section>`
}

const item = ({ path, picture, title, state, action }: Proof, call: PageCall): Html =>
  html`<li class="item">${icon(picture)}<div><div class="title">${title}</div><div class="soft small">${state}</div></div><a class="button quiet compact" href="${call.link(path)}" aria-label="${title}: ${action}">${action}</a></li>`
