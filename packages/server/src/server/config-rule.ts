import { browserMistakes } from './config-browser.ts'
import { clientCertificateMistakes } from './config-client-certificate.ts'
import { passkeyMistakes } from './config-passkey.ts'
import type { GivenSettings } from './config.ts'

/** One thing wrong with the configuration: where, what, and what to do. */
export interface ConfigMistake {
  /** Environment variable, or member of the options. */
  readonly name: string
  readonly problem: string
  readonly hint: string
}

interface Circumstances {
  readonly production: boolean
  nameOf(member: keyof GivenSettings): string
  wasGiven(member: keyof GivenSettings): boolean
}

/** What must hold between settings that are each right by themselves. */
export function mistakesBetween(given: GivenSettings, { production, nameOf, wasGiven }: Circumstances): readonly ConfigMistake[] {
  const mistakes: ConfigMistake[] = []
  const wrong = (member: keyof GivenSettings, problem: string, hint: string): void =>
    void mistakes.push({ name: nameOf(member), problem, hint })

  if (wasGiven('tlsCertificateFile') !== wasGiven('tlsKeyFile')) {
    const missing = wasGiven('tlsKeyFile') ? 'tlsCertificateFile' : 'tlsKeyFile'
    wrong(missing, 'is missing', 'A certificate and its key are given together.')
  }
  if (given.sessionIdleSeconds !== undefined && given.sessionSeconds !== undefined && given.sessionIdleSeconds > given.sessionSeconds) {
    wrong('sessionIdleSeconds', `is longer than ${nameOf('sessionSeconds')}`, 'A session cannot be idle for longer than it lives.')
  }
  if (given.feed?.kind === 'postgres' && given.database?.kind !== 'postgres') {
    wrong('feed', 'is postgres, and the database is another one', `Give a postgres:// URL in ${nameOf('database')}.`)
  }
  if (given.mailServer !== undefined && given.mailFrom === undefined && !wasGiven('mailFrom')) {
    wrong('mailFrom', 'is missing', `${nameOf('mailServer')} needs to know by whom its mails are sent, such as no-reply@example.com.`)
  }
  if (given.oauthRegistration === 'token' && given.oauth !== true) {
    wrong('oauthRegistration', 'is token, and there is nothing to register for', `Set ${nameOf('oauth')} as well.`)
  }
  mistakes.push(...browserMistakes(given, { production, nameOf }), ...passkeyMistakes(given, nameOf))
  mistakes.push(...clientCertificateMistakes(given, nameOf))
  if (production) {
    if (!wasGiven('secret')) wrong('secret', 'is required in production', 'Make one with: countersign secret new')
    if (!wasGiven('issuer')) wrong('issuer', 'is required in production', 'Use the https URL under which clients reach this server.')
    if (given.issuer?.startsWith('http:') === true && !wasGiven('trustedProxies')) {
      const proxies = nameOf('trustedProxies')
      wrong('issuer', 'is not an https URL', `Use https in production, or name the proxy in front of it in ${proxies}.`)
    }
  }
  return mistakes
}
