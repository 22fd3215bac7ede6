import { encodeBase64url } from 'countersign/core'
import { hkdfSha256 } from 'countersign/crypto'
import type { MasterSecret, PurposeKey } from '../../signing/master-secret.ts'
import type { OpaqueLibrary } from './opaque-library.ts'

/** The server's half of every record that was made with it: the seed of its OPRF keys, and its key pair. */
export interface ServerSetup {
  /** Names the master secret behind it. */
  readonly id: string
  /** As the library takes it: seed, private key, and the public key that stands for unknown users. */
  readonly text: string
}

export const OPAQUE_SETUP_PURPOSE = 'opaque-setup/1'
const SEED_BYTES = 64
const SCALAR_BYTES = 32
/** The generator of ristretto255 (RFC 9496 section 4): any public key will do while another is computed. */
const GENERATOR = Buffer.from('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76', 'hex')

/**
 * One setup for each secret of the list: the newest makes records, each opens those that it made. Nothing of it is stored, so that every
 * server has it. When a secret leaves the list, the passwords that were set under it are gone.
 */
export function serverSetups(secret: MasterSecret, library: OpaqueLibrary): readonly ServerSetup[] {
  return secret.purposeKeys(OPAQUE_SETUP_PURPOSE).map((key) => setupOf(key, library))
}

function setupOf({ id, key }: PurposeKey, { server }: OpaqueLibrary): ServerSetup {
  const seed = hkdfSha256(key, 'seed', SEED_BYTES)
  const textOf = (scalar: Uint8Array, publicKey: Uint8Array): string => encodeBase64url(Buffer.concat([seed, scalar, publicKey]))
  // Nobody may know the private key that belongs to it.
  const nobody = server.getPublicKey(textOf(scalarOf(key, 'nobody'), GENERATOR))
  return { id, text: textOf(scalarOf(key, 'key'), Buffer.from(nobody, 'base64url')) }
}

/** Little-endian, and below the order of the group (2^252 and something) without its upper four bits: one in 2^252 would be zero. */
function scalarOf(key: Uint8Array, label: string): Uint8Array {
  const scalar = hkdfSha256(key, label, SCALAR_BYTES)
  scalar[SCALAR_BYTES - 1] = (scalar[SCALAR_BYTES - 1] ?? 0) & 0x0f
  return scalar
}
