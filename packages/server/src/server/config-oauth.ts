import { type Read, yesOrNo } from './config-value.ts'

export interface OAuthSettings {
  /** Applications of others may ask for access (OAuth 2.1, OpenID Connect). */
  readonly oauth: boolean
}

export type OAuthOptions = Partial<OAuthSettings>

/** One row a setting, as `config.ts` has them. */
export const oauthSettings: { readonly oauth: { readonly variable: string; readonly read: Read<boolean> } } = {
  oauth: { variable: 'COUNTERSIGN_OAUTH', read: yesOrNo },
}

export const oauthSettingsOf = ({ oauth = false }: OAuthOptions): OAuthSettings => ({ oauth })
