import type { Platform } from '../core/index.ts'
import { fetchBounded } from './bounded-fetch.ts'

export interface SnapshotRequest {
  /** `feed_snapshot_uri` of the issuer's discovery document. */
  readonly snapshotUrl: string
  /** A service credential (`cs_svc_…`). It goes to this address and follows no redirect. */
  readonly credential: string
  readonly platform: Platform
  /** Default 128 MiB. */
  readonly maxSnapshotBytes?: number
}

const DEFAULT_MAX_SNAPSHOT_BYTES = 2 ** 27

/** Gets a signed snapshot over HTTP, as `application/jwt`. Does not verify it: see `Replica.loadSnapshot`. @throws {FeedTrouble} */
export async function fetchSnapshot(request: SnapshotRequest, signal: AbortSignal): Promise<string> {
  const { snapshotUrl, credential, platform, maxSnapshotBytes = DEFAULT_MAX_SNAPSHOT_BYTES } = request
  const bounds = { platform, accept: 'application/jwt', maxBytes: maxSnapshotBytes, signal, credential }
  return new TextDecoder().decode(await fetchBounded(snapshotUrl, bounds)).trim()
}
