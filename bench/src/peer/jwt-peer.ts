import type { Algorithm, Claims, KeyMaterial } from '../subject/material.ts'

/** A JWT library, with the fastest configuration that its documentation tells of. */
export interface JwtPeer {
  readonly label: string
  readonly algorithms: readonly Algorithm[]
  /** Checks signature, algorithm, type (where it can), issuer, audience and times; throws or rejects when one is wrong. */
  verifier(key: KeyMaterial): Promise<Operation<string>>
  signer(key: KeyMaterial): Promise<Operation<Claims>>
}

/** Synchronous libraries are not made to wait for a promise that they do not need. */
export type Operation<Input> =
  | { readonly kind: 'sync'; call(input: Input): unknown }
  | { readonly kind: 'async'; call(input: Input): Promise<unknown> }
