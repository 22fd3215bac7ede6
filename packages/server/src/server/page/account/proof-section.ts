import { html } from 'hono/html'
import type { EpochMs } from 'countersign/core'
import type { Passkey } from '../../../account/passkey/index.ts'
import type { Html } from '../html.ts'
import { icon, type IconName } from '../icon.ts'
import { sayWhen } from '../moment.ts'
import type { PageCall } from '../page.ts'

export interface ProofFacts {
  /** Since when the authenticator app is in use; undefined: it is not. */
  readonly appSince: EpochMs | undefined
  readonly passkeys: readonly Pick<Passkey, 'name'>[]
  readonly recoveryCodesLeft: number
}

interface Proof {
  readonly path: string
  readonly picture: IconName
  readonly title: string
  readonly state: string
  readonly action: string
}

/** Ways to prove who one is, each with its page; those whose page is not there are not shown. */
export function proofSection({ appSince, passkeys, recoveryCodesLeft }: ProofFacts, call: PageCall): Html {
  const { account } = call.say
  const none = passkeys.length === 0 ? account.appOff : account.appUnused
  const appState = appSince === undefined ? none : account.appOn(sayWhen(appSince, call.now, call.locale))
  const appAction = appSince === undefined ? account.setUp : account.manage
  const passkeyState = passkeys.length === 0 ? account.passkeysHint : passkeys.map(({ name }) => name).join(', ')
  const hasFactor = appSince !== undefined || passkeys.length > 0
  const all: readonly Proof[] = [
    {
      path: '/account/passkeys',
      picture: 'key',
      title: account.passkeys,
      state: passkeyState,
      action: passkeys.length === 0 ? account.setUp : account.manage,
    },
    { path: '/account/authenticator', picture: 'clock', title: account.app, state: appState, action: appAction },
    ...(hasFactor
      ? [
          {
            path: '/account/recovery-codes',
            picture: 'list',
            title: account.recovery,
            state: account.recoveryLeft(recoveryCodesLeft),
            action: account.manage,
          } as const,
        ]
      : []),
    {
      path: '/account/identities',
      picture: 'person',
      title: call.say.identity.title,
      state: call.say.identity.hint,
      action: account.manage,
    },
    { path: '/account/password', picture: 'lock', title: account.password, state: account.passwordHint, action: account.change },
  ]
  return html`<section aria-labelledby="proofs"><header><h2 id="proofs">${account.proofs}</h2></header>
<ul class="card">${all.filter(({ path }) => call.offers(path)).map((proof) => item(proof, call))}</ul></section>`
}

const item = ({ path, picture, title, state, action }: Proof, call: PageCall): Html =>
  html`<li class="item">${icon(picture)}<div><div class="title">${title}</div><div class="soft small">${state}</div></div><a class="button quiet compact" href="${call.link(path)}" aria-label="${title}: ${action}">${action}</a></li>`
