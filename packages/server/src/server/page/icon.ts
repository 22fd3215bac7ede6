import { raw } from 'hono/html'
import type { Brand } from '../config-brand.ts'
import type { Html } from './html.ts'

/** Single strokes, 24 by 24; the style sheet draws them. They say nothing that the text beside them does not. */
const shapes = {
  screen: '<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M8 20h8M12 16v4"/>',
  phone: '<rect x="7" y="2" width="10" height="20" rx="2"/><path d="M11 18h2"/>',
  key: '<circle cx="8" cy="12" r="4"/><path d="M12 12h9M18 12v3"/>',
  clock: '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>',
  lock: '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
  person: '<circle cx="12" cy="8" r="4"/><path d="M4 20c1-4 4-6 8-6s7 2 8 6"/>',
  mail: '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m4 7 8 6 8-6"/>',
  list: '<path d="M9 6h11M9 12h11M9 18h11M4 6h.5M4 12h.5M4 18h.5"/>',
  apps: '<rect x="4" y="4" width="6" height="6" rx="1"/><rect x="14" y="4" width="6" height="6" rx="1"/><rect x="4" y="14" width="6" height="6" rx="1"/><rect x="14" y="14" width="6" height="6" rx="1"/>',
  terminal: '<rect x="3" y="4" width="18" height="16" rx="2"/><path d="m7 9 3 3-3 3M13 15h4"/>',
} as const

export type IconName = keyof typeof shapes

export const icon = (name: IconName): Html =>
  raw(`<span class="icon"><svg viewBox="0 0 24 24" aria-hidden="true">${shapes[name]}</svg></span>`)

const markShape = (accent: string, ink: string): string =>
  `<rect width="28" height="28" rx="8" fill="${accent}"/><path d="M7 16.5c2.2-5.6 4.3-8.4 6-8.4 2.8 0-1.8 11 1 11 1.6 0 2.3-3.4 3.6-3.4 1 0 .9 2.2 3.4 2.2" stroke="${ink}" stroke-width="2" stroke-linecap="round"/>`

/** Countersign's own mark, where the brand brings no logo. */
export const mark: Html = raw(
  `<svg viewBox="0 0 28 28" fill="none" aria-hidden="true">${markShape('var(--accent)', 'var(--accent-ink)')}</svg>`,
)

/** The mark as a file of its own, for a browser's tab. */
export const iconFile = ({ light: { accent, ink } }: Pick<Brand, 'light'>): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28" fill="none">${markShape(accent, ink)}</svg>`
