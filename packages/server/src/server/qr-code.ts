import { renderSVG } from 'uqr'

/** What readers want around the code (ISO/IEC 18004). */
const QUIET_MODULES = 4

/** A QR code as an SVG document of its own, drawn here: what it says is a secret, and no other server's to draw. */
export const qrCodeSvg = (text: string): string => renderSVG(text, { border: QUIET_MODULES })
