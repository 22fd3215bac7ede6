/** Colours as the pages need them: contrast by WCAG 2.2, and the nearest colour that has enough of it. */

/** Red, green, blue, each 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number]

export const WHITE: Colour = [255, 255, 255]
export const BLACK: Colour = [0, 0, 0]

const form = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i

/** Reads `#rrggbb`. */
export function parseColour(text: string): Colour | undefined {
  const [, red, green, blue] = form.exec(text) ?? []
  if (red === undefined || green === undefined || blue === undefined) return undefined
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
}

export const formatColour = (colour: Colour): string => `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`

/** So much of `other` in `colour`, 0 to 1. */
export function mix(colour: Colour, other: Colour, share: number): Colour {
  const part = (index: 0 | 1 | 2): number => Math.round(colour[index] + (other[index] - colour[index]) * share)
  return [part(0), part(1), part(2)]
}

/** Relative luminance (WCAG 2.2). */
function luminance([red, green, blue]: Colour): number {
  const linear = (part: number): number => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** Contrast ratio (WCAG 2.2), 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const STEPS = 100

/** The nearest colour on the way to black or white for which this holds; undefined when none does. */
export function nearest(colour: Colour, towards: Colour, holds: (candidate: Colour) => boolean): Colour | undefined {
  for (let step = 0; step <= STEPS; step++) {
    const candidate = mix(colour, towards, step / STEPS)
    if (holds(candidate)) return candidate
  }
  return undefined
}
