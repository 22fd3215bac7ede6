import { type Read, text } from './config-value.ts'

/** Whether it can be read is found out by whoever reads it: a list of devices without places is better than no server. */
export const geoIpFile: Read<string> = text('Use the path of a MaxMind database, such as ./data/dbip-city-lite.mmdb.')
