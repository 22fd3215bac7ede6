import { encodeBase64url } from 'countersign/core'
import { sha256 } from 'countersign/crypto'
import type { Brand } from '../config-brand.ts'
import { iconFile } from './icon.ts'
import { readLogo } from './logo.ts'
import type { ConsoleFiles } from './console/console-file.ts'
import type { SealedCookie } from './sealed-cookie.ts'
import { passkeyScript } from './passkey/script.ts'
import { accentStyle, pageStyle } from './style.ts'

/** A file that pages load: it never changes, since its name is the hash of what is in it. */
export interface Asset {
  readonly bytes: Uint8Array
  readonly type: string
}

/** What all pages have in common. */
export interface Site {
  readonly brand: Brand
  /** Path of the style sheet. */
  readonly styleSheet: string
  /** Path of the one that gives the console the brand's accent. */
  readonly accentSheet: string
  /** Path of the brand's logo; undefined: our own mark. */
  readonly logo: string | undefined
  /** Path of what stands for us in a browser's tab. */
  readonly icon: string
  /** Path of the script that talks to passkeys. */
  readonly passkeyScript: string
  /** By the last part of the path. */
  readonly assets: ReadonlyMap<string, Asset>
  /** Undefined: nobody has built it. */
  readonly console: ConsoleFiles | undefined
  /** Below which path of its host the server stands: that of the issuer's URL, without a slash at the end. */
  readonly base: string
  /** `Secure` cookies are kept here. */
  readonly isSecure: boolean
  /** What is said once after a redirect. */
  readonly flash: SealedCookie
  /** A sign-in whose password was right and whose second factor is not there yet. */
  readonly signInStep: SealedCookie
  /** What a browser was given that has asked for a mail to sign in with. */
  readonly magicRequest: SealedCookie
  /** A form that waits until its person has shown once more who they are. */
  readonly waitingForm: SealedCookie
  /** The secret of an authenticator app that is being set up. */
  readonly enrolment: SealedCookie
}

const NAME_BYTES = 12

/** A file under a name that tells its content. */
function namedAsset(kind: string, ending: string, asset: Asset): readonly [name: string, asset: Asset] {
  return [`${kind}-${encodeBase64url(sha256(asset.bytes)).slice(0, NAME_BYTES)}.${ending}`, asset]
}

export type SiteLook = Pick<Site, 'brand' | 'styleSheet' | 'accentSheet' | 'logo' | 'icon' | 'passkeyScript' | 'assets'>

/** Makes everything that depends on the brand alone, once. @throws {Error} for a logo that cannot be served. */
export function siteLook(brand: Brand): SiteLook {
  const style = namedAsset('style', 'css', { bytes: new TextEncoder().encode(pageStyle(brand)), type: 'text/css; charset=utf-8' })
  const accent = namedAsset('accent', 'css', { bytes: new TextEncoder().encode(accentStyle(brand)), type: 'text/css; charset=utf-8' })
  const picture = brand.logo === undefined ? undefined : readLogo(brand.logo)
  const logo = picture && namedAsset('logo', picture.type === 'image/png' ? 'png' : 'svg', picture)
  const icon = logo ?? namedAsset('icon', 'svg', { bytes: new TextEncoder().encode(iconFile(brand)), type: 'image/svg+xml' })
  const script = namedAsset('passkey', 'js', { bytes: new TextEncoder().encode(passkeyScript), type: 'text/javascript; charset=utf-8' })
  return {
    brand,
    styleSheet: `/assets/${style[0]}`,
    accentSheet: `/assets/${accent[0]}`,
    logo: logo && `/assets/${logo[0]}`,
    icon: `/assets/${icon[0]}`,
    passkeyScript: `/assets/${script[0]}`,
    assets: new Map([style, accent, icon, script]),
  }
}
