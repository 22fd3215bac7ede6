import type { JSX } from 'react'
import { CheckField, TextField } from '../kit/index.ts'
import { clientForm as text } from '../message/en/client.ts'
import { type ClientDraft, hasKeys } from './client-draft.ts'

interface SettingFieldsProps {
  readonly draft: ClientDraft
  readonly onChange: (draft: ClientDraft) => void
}

/** What a client has to do beyond the least. */
export function AskedFields({ draft, onChange }: SettingFieldsProps): JSX.Element {
  return (
    <fieldset className="field">
      <legend>{text.bindLegend}</legend>
      <CheckField label={text.dpop} name="requires_dpop" checked={draft.dpop} onChange={(dpop) => onChange({ ...draft, dpop })} />
      <CheckField
        label={text.certificateBound}
        name="tls_client_certificate_bound_access_tokens"
        checked={draft.certificateBound}
        onChange={(certificateBound) => onChange({ ...draft, certificateBound })}
      />
      <CheckField
        label={text.push}
        name="requires_pushed_requests"
        checked={draft.push}
        onChange={(push) => onChange({ ...draft, push })}
      />
      {hasKeys(draft.proof) ? (
        <CheckField
          label={text.signed}
          name="requires_signed_requests"
          checked={draft.signed}
          onChange={(signed) => onChange({ ...draft, signed })}
        />
      ) : null}
    </fieldset>
  )
}

/** Where people are led, and where the client is told. */
export function SignOutFields({ draft, onChange }: SettingFieldsProps): JSX.Element {
  return (
    <fieldset className="field">
      <legend>{text.signOutLegend}</legend>
      <TextField
        label={text.afterLogout}
        name="post_logout_redirect_uris"
        hint={text.afterLogoutHint}
        multiline
        value={draft.afterLogout}
        onChange={(afterLogout) => onChange({ ...draft, afterLogout })}
      />
      <TextField
        label={text.logoutUri}
        name="backchannel_logout_uri"
        hint={text.logoutUriHint}
        inputMode="url"
        value={draft.logoutUri}
        onChange={(logoutUri) => onChange({ ...draft, logoutUri })}
      />
      <CheckField
        label={text.logoutSession}
        name="backchannel_logout_session_required"
        checked={draft.logoutSession}
        onChange={(logoutSession) => onChange({ ...draft, logoutSession })}
      />
    </fieldset>
  )
}

/** Pages that the consent page links to, and who looks after the client. */
export function PageFields({ draft, onChange }: SettingFieldsProps): JSX.Element {
  const page = (member: 'home' | 'policy' | 'terms' | 'logo') => ({
    inputMode: 'url' as const,
    value: draft[member],
    onChange: (value: string) => onChange({ ...draft, [member]: value }),
  })
  return (
    <fieldset className="field">
      <legend>{text.pagesLegend}</legend>
      <TextField label={text.home} name="client_uri" {...page('home')} />
      <TextField label={text.policy} name="policy_uri" {...page('policy')} />
      <TextField label={text.terms} name="tos_uri" {...page('terms')} />
      <TextField label={text.logo} name="logo_uri" hint={text.logoHint} {...page('logo')} />
      <TextField
        label={text.contacts}
        name="contacts"
        hint={text.contactsHint}
        value={draft.contacts}
        onChange={(contacts) => onChange({ ...draft, contacts })}
      />
    </fieldset>
  )
}
