import type { Platform } from 'countersign/core'
import type { MasterSecret } from '../signing/index.ts'
import type { ServerConfig } from './config.ts'
import { isSecurePlace } from './config-browser.ts'
import { readConsoleFiles } from './page/console/console-file.ts'
import { SealedCookie } from './page/sealed-cookie.ts'
import { type Site, siteLook } from './page/site.ts'
import type { Services } from './services.ts'

const MINUTE = 60

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly secret: MasterSecret
}

/** What the hosted pages need beside the domains. @throws {Error} for a logo that cannot be served. */
export function composePages({ config, platform, secret }: Ground): Pick<Services, 'site'> {
  const isSecure = isSecurePlace(config.issuer, config.production)
  const { clock, random } = platform
  const sealed = (name: string, minutes: number): SealedCookie =>
    new SealedCookie({ name, lifeSeconds: minutes * MINUTE, isSecure, secret, clock, random })
  const site: Site = {
    ...siteLook(config.brand),
    console: readConsoleFiles(),
    base: new URL(config.issuer).pathname.replace(/\/+$/, ''),
    isSecure,
    flash: sealed('cs_flash', 5),
    signInStep: sealed('cs_step', 10),
    magicRequest: sealed('cs_ask', 15),
    waitingForm: sealed('cs_waiting', 10),
    enrolment: sealed('cs_enrolment', 15),
  }
  return { site }
}
