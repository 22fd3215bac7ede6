export interface ReportOptions {
  /** From one report to the next, at most. From 1 to 300; default 10. */
  readonly everySeconds?: number
  /** What people call this process: `orders-7`. At most 100 printable characters, none of which turns the direction of writing. Default: none; no name of the machine is ever sent. */
  readonly name?: string
}

export interface ReportSettings {
  readonly everyMs: number
  readonly name: string | undefined
}

const names: ReadonlySet<string> = new Set(['everySeconds', 'name'])
const MAX_NAME = 100

/**
 * Parses the options once.
 *
 * @throws {TypeError | RangeError} naming the first mistake.
 */
export function parseReportOptions(options: ReportOptions = {}): ReportSettings {
  if (typeof options !== 'object' || options === null) throw new TypeError('must be false, or an object')
  for (const name of Object.keys(options)) if (!names.has(name)) throw new TypeError(`${name} is not an option`)
  const { everySeconds = 10, name } = options
  if (!(everySeconds >= 1 && everySeconds <= 300)) throw new RangeError('everySeconds must be from 1 to 300')
  if (name !== undefined && !isName(name)) throw new TypeError(`name must have 1 to ${MAX_NAME} printable characters`)
  return Object.freeze({ everyMs: Math.round(everySeconds * 1000), name })
}

const isName = (name: unknown): boolean =>
  typeof name === 'string' && name !== '' && name.length <= MAX_NAME && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(name)
