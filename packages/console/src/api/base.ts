/**
 * The path below which the server stands: '' or '/auth'. The server writes `<base href="…/console/">`; without it (Vite's own server) the
 * address of the page itself tells.
 *
 * @param baseUri `document.baseURI`.
 */
export function rootOf(baseUri: string): string {
  const { pathname } = new URL(baseUri)
  return (/^(.*)\/console\/?$/.exec(pathname) ?? /^(.*?)\/console\//.exec(pathname))?.[1] ?? ''
}

let root: string | undefined

/** Of this page: what every path of the server begins with. */
export const rootPath = (): string => (root ??= rootOf(document.baseURI))

/** The whole path of something that the server has outside of the console: `/account`, `/sign-out`. */
export const hostedPage = (path: string): string => rootPath() + path
