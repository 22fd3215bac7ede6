import type { Platform } from 'countersign/core'
import { hmacKey } from 'countersign/crypto'
import type { Logger } from 'pino'
import { DeviceTokens, isOf } from '../account/throttle/index.ts'
import { newSignInNotice } from '../delivery/index.ts'
import { Elevations, KnownDevices } from '../session/index.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import { Places } from './places.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
}

const PURPOSE = 'known-device/1'

/** By what a sign-in on an unknown device is noticed, and the mail that tells of it. */
export function composeKnownDevices(
  { devices: store }: Store,
  { platform, secret }: { readonly platform: Platform; readonly secret: MasterSecret },
  mail: Services['mail'],
): KnownDevices {
  const [first, ...rest] = secret.purposeKeys(PURPOSE).map(({ key }) => hmacKey(key))
  if (first === undefined) throw new Error('a master secret without secrets')
  const tokens = new DeviceTokens(secret, platform)
  return new KnownDevices({
    store,
    keys: [first, ...rest],
    clock: platform.clock,
    isMarked(owner, token) {
      const known = tokens.verify(token)
      return known !== undefined && isOf(known, owner)
    },
    noticesOf: ({ id, user, device: { userAgent, address, language: locale }, createdAt }) =>
      mail.jobsOf([newSignInNotice({ session: id, user, userAgent, address, locale, at: createdAt })]),
  })
}

/** Where devices are, and the roles that people have for a while. */
export function composeDevices({ elevations: store }: Store, { config, platform, log }: Ground): Pick<Services, 'elevations' | 'places'> {
  return {
    elevations: new Elevations({
      store,
      platform,
      onEvent: ({ type, elevation: { id, user, role, reason, startedBy = 'local', endsAt, endedBy } }) =>
        log.info({ event: type, elevation: id, user, role, reason, startedBy, endsAt, endedBy }, 'elevation'),
    }),
    places: new Places({ file: config.geoIpFile, onFailure: (error) => log.warn({ err: error }, 'the GeoIP file cannot be used') }),
  }
}
