let lastPath: string | undefined
let hasCome = false

/**
 * Whether the heading of a page takes the focus: when somebody has come from another page, and once more when it is drawn anew and took the
 * focus with it. Not when the page is loaded: then the browser begins at its top.
 *
 * @param isFocusLost Nothing has the focus.
 */
export function takesFocus(path: string, isFocusLost: boolean): boolean {
  if (path === lastPath) return hasCome && isFocusLost
  hasCome = lastPath !== undefined
  lastPath = path
  return hasCome
}

/** What the server calls itself. */
export const brandName = (): string => document.querySelector<HTMLMetaElement>('meta[name="application-name"]')?.content ?? 'Countersign'

export const titleOf = (title: string): string => `${title} · ${brandName()}`
