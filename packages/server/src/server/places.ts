import { readFile } from 'node:fs/promises'

export interface PlacesOptions {
  /** A MaxMind database (`.mmdb`) of cities or countries; undefined: nothing is known of any place. */
  readonly file: string | undefined
  readonly onFailure: (error: unknown) => void
}

/** As the databases of MaxMind, DB-IP and others have it. */
interface Found {
  readonly city?: { readonly names?: Readonly<Record<string, unknown>> }
  readonly country?: { readonly iso_code?: unknown; readonly names?: Readonly<Record<string, unknown>> }
}

interface Reader {
  get(address: string): unknown
}

/** Where network addresses are, by a file of the operator's: nobody is asked. Read once, by whoever asks first. */
export class Places {
  readonly #options: PlacesOptions
  #reader: Promise<Reader | undefined> | undefined

  constructor(options: PlacesOptions) {
    this.#options = options
  }

  /** Such as `Lisbon, Portugal`, in English; undefined where it is not known. A guess of whoever made the file. */
  async of(address: string | undefined): Promise<string | undefined> {
    const { file, onFailure } = this.#options
    if (file === undefined || address === undefined) return undefined
    this.#reader ??= open(file).catch((error: unknown) => {
      onFailure(error)
      return undefined
    })
    const reader = await this.#reader
    try {
      return nameOf(reader?.get(address))
    } catch {
      // A file with gaps in it.
      return undefined
    }
  }
}

async function open(file: string): Promise<Reader> {
  const bytes = await readFile(file)
  const { Reader } = await import('mmdb-lib').catch((error: unknown) => {
    throw new Error('COUNTERSIGN_GEOIP_FILE needs the package mmdb-lib: npm install mmdb-lib', { cause: error })
  })
  return new Reader(bytes)
}

function nameOf(found: unknown): string | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  const { city, country }: Found = found
  const names = [city?.names?.['en'], country?.names?.['en'] ?? country?.iso_code].filter((name) => typeof name === 'string' && name !== '')
  return names.length === 0 ? undefined : names.join(', ').slice(0, 200)
}
