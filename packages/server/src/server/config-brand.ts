import { type Read, WrongValue } from './config-value.ts'
import { BLACK, type Colour, contrast, formatColour, mix, nearest, parseColour, WHITE } from './contrast.ts'

/** One accent, as it is used in one of the two schemes: `#rrggbb` each. */
export interface AccentScheme {
  readonly accent: string
  /** Text on it. */
  readonly ink: string
  /** A little of it on the surface, behind text in the accent. */
  readonly wash: string
}

/** Whose pages and mails these are. */
export interface Brand {
  readonly name: string
  readonly light: AccentScheme
  readonly dark: AccentScheme
  /** Path of an SVG or PNG file; undefined shows our own mark. */
  readonly logo: string | undefined
}

/** What a page is painted on (`page/style.ts`): both are behind text in the accent. */
export const grounds: {
  readonly light: readonly [surface: string, ground: string]
  readonly dark: readonly [surface: string, ground: string]
} = Object.freeze({ light: ['#ffffff', '#f6f6f3'], dark: ['#191d1c', '#111413'] })

/** WCAG 2.2, 1.4.3: for text. */
const LEAST_CONTRAST = 4.5
/** How much of the accent is in its wash. */
const WASH = 0.11
/** How dark the text is on a bright accent. */
const INK = 0.85
const MAXIMUM_NAME = 60

type Scheme = keyof typeof grounds

const colourOf = (text: string): Colour => {
  const colour = parseColour(text)
  if (colour === undefined) throw new Error(`${text} is no colour`)
  return colour
}

function schemeOf(accent: Colour, scheme: Scheme): Readonly<Record<'accent' | 'ink' | 'wash', Colour>> {
  const surface = colourOf(grounds[scheme][0])
  const ink = contrast(accent, WHITE) >= LEAST_CONTRAST ? WHITE : mix(accent, BLACK, INK)
  return { accent, ink, wash: mix(surface, accent, WASH) }
}

/** Every pair of text and background in which the accent stands. */
function isReadable(accent: Colour, scheme: Scheme): boolean {
  const { ink, wash } = schemeOf(accent, scheme)
  return [ink, wash, ...grounds[scheme].map(colourOf)].every((other) => contrast(accent, other) >= LEAST_CONTRAST)
}

const readable = (accent: Colour, scheme: Scheme): Colour =>
  nearest(accent, scheme === 'light' ? BLACK : WHITE, (candidate) => isReadable(candidate, scheme)) ?? accent

const hint = 'Use #rrggbb, or two of them with a comma between: for light and for dark pages.'

/**
 * Reads `COUNTERSIGN_BRAND_ACCENT`: one colour, of which the one for dark pages is made, or both.
 *
 * @returns both, with a comma between them.
 */
export const brandAccent: Read<string> = (raw) => {
  const parts = typeof raw === 'string' ? raw.split(',').map((part) => parseColour(part.trim())) : []
  const [light, dark] = parts
  if (light === undefined || parts.length > 2 || (parts.length === 2 && dark === undefined)) throw new WrongValue('is no colour', hint)
  const suggested = [readable(light, 'light'), readable(dark ?? light, 'dark')] as const
  const suggestion = suggested.map(formatColour).join(',')
  const instead = `Its text would be hard to read. The nearest that is not: ${suggestion}.`
  if (!isReadable(light, 'light')) throw new WrongValue(`has less contrast than ${LEAST_CONTRAST} : 1 on light pages`, instead)
  if (dark !== undefined && !isReadable(dark, 'dark'))
    throw new WrongValue(`has less contrast than ${LEAST_CONTRAST} : 1 on dark pages`, instead)
  return suggestion
}

export const brandName: Read<string> = (raw) => {
  const name = typeof raw === 'string' ? raw.trim() : ''
  // It stands in the subject and the sender of mails.
  if (name === '' || name.length > MAXIMUM_NAME || !name.isWellFormed() || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) {
    throw new WrongValue(
      `is not a name of 1 to ${MAXIMUM_NAME} printable characters`,
      'Use the name that people know, such as Harbour Foods.',
    )
  }
  return name
}

/** What `tokens.css` of the pages has, when no other is given. */
const DEFAULT_ACCENT = '#0b5f4c,#6fd3b5'
const DEFAULT_NAME = 'Countersign'

export interface BrandSettings {
  readonly brandName?: string
  /** As `brandAccent` gave it. */
  readonly brandAccent?: string
  readonly brandLogo?: string
}

/** Complete, with every colour that follows from the accent. */
export function brandOf({ brandName: name = DEFAULT_NAME, brandAccent: accents = DEFAULT_ACCENT, brandLogo }: BrandSettings): Brand {
  const [light = '', dark = ''] = accents.split(',')
  const scheme = (accent: string, kind: Scheme): AccentScheme => {
    const { ink, wash } = schemeOf(colourOf(accent), kind)
    return Object.freeze({ accent, ink: formatColour(ink), wash: formatColour(wash) })
  }
  return Object.freeze({ name, light: scheme(light, 'light'), dark: scheme(dark, 'dark'), logo: brandLogo })
}
