import {
  type ClientCertificateOptions,
  type ClientCertificateSettings,
  clientCertificateSettings,
  clientCertificateSettingsOf,
} from './config-client-certificate.ts'
import type { StrangerLimits } from '../account/throttle/index.ts'
import { integer, oneOf, type Read, yesOrNo } from './config-value.ts'

export interface OAuthSettings extends ClientCertificateSettings, StrangerLimits {
  /** Applications of others may ask for access (OAuth 2.1, OpenID Connect). */
  readonly oauth: boolean
  /** `token`: they may register by themselves, with a token that an operator has made. */
  readonly oauthRegistration: 'off' | 'token'
}

export interface OAuthOptions extends ClientCertificateOptions, Partial<StrangerLimits> {
  readonly oauth?: boolean
  readonly oauthRegistration?: OAuthSettings['oauthRegistration']
}

/** One row a setting, as `config.ts` has them. */
export const oauthSettings: typeof clientCertificateSettings & {
  readonly oauth: { readonly variable: string; readonly read: Read<boolean> }
  readonly oauthRegistration: { readonly variable: string; readonly read: Read<OAuthSettings['oauthRegistration']> }
} & { readonly [M in keyof StrangerLimits]: { readonly variable: string; readonly read: Read<number> } } = {
  oauth: { variable: 'COUNTERSIGN_OAUTH', read: yesOrNo },
  oauthRegistration: {
    variable: 'COUNTERSIGN_OAUTH_REGISTRATION',
    read: oneOf(['off', 'token'], 'off is the default; token lets in who was given one by: countersign clients invite'),
  },
  oauthAddressRequestsPerHour: { variable: 'COUNTERSIGN_OAUTH_ADDRESS_REQUESTS_PER_HOUR', read: integer(10, 1_000_000, 'requests') },
  oauthRequestsPerHour: { variable: 'COUNTERSIGN_OAUTH_REQUESTS_PER_HOUR', read: integer(100, 10_000_000, 'requests') },
  ...clientCertificateSettings,
}

type Given = Parameters<typeof clientCertificateSettingsOf>[0] & Pick<OAuthOptions, 'oauth' | 'oauthRegistration' | keyof StrangerLimits>

export const oauthSettingsOf = (given: Given): OAuthSettings => ({
  oauth: given.oauth ?? false,
  oauthRegistration: given.oauthRegistration ?? 'off',
  oauthAddressRequestsPerHour: given.oauthAddressRequestsPerHour ?? 1000,
  oauthRequestsPerHour: given.oauthRequestsPerHour ?? 100_000,
  ...clientCertificateSettingsOf(given),
})
