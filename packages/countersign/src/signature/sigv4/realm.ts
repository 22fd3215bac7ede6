import { awsProvider, csgnProvider, type SigV4Provider } from './provider.ts'
import { placeText, type ScopePlace } from './scope.ts'

export interface SigV4RealmOptions {
  /** The dialects that are understood. Default: Amazon's and our own. */
  readonly providers?: readonly SigV4Provider[]
  /** What a client may have set as its region: a signature for any other is not for us. */
  readonly regions: readonly string[]
  /** The same for the service. */
  readonly services: readonly string[]
}

/** Whom signatures may be addressed to, so that one made for another service with the same key is worthless here. */
export interface SigV4Realm {
  readonly providers: readonly SigV4Provider[]
  /** `region/service/terminator` → the place. */
  readonly places: ReadonlyMap<string, ScopePlace>
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/

/** @throws {RangeError} Nothing is allowed, a name cannot stand in a scope, or two dialects share a scheme. */
export function sigV4Realm({ providers = [awsProvider, csgnProvider], regions, services }: SigV4RealmOptions): SigV4Realm {
  if (providers.length === 0 || regions.length === 0 || services.length === 0)
    throw new RangeError('a SigV4 realm needs a provider, a region and a service')
  if (new Set(providers.map((provider) => provider.algorithm)).size < providers.length)
    throw new RangeError('two SigV4 providers have the same name')
  for (const name of [...regions, ...services]) if (!NAME.test(name)) throw new RangeError('not a name of a SigV4 region or service')
  const places = new Map<string, ScopePlace>()
  for (const provider of providers)
    for (const region of regions)
      for (const service of services) {
        const place = Object.freeze({ region, service, provider })
        places.set(placeText(place), place)
      }
  return Object.freeze({ providers: Object.freeze([...providers]), places })
}
