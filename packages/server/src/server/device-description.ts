import Bowser from 'bowser'

export interface DeviceDescription {
  /** `Firefox`, without its version. */
  readonly browser: string | undefined
  /** `Windows`, `iOS`. */
  readonly system: string | undefined
}

/** What a user agent says of itself, for people to know their devices by. */
export function describeDevice(userAgent: string | undefined): DeviceDescription {
  if (userAgent === undefined || userAgent === '') return { browser: undefined, system: undefined }
  const { browser, os } = Bowser.parse(userAgent)
  return { browser: browser.name || undefined, system: os.name || undefined }
}
