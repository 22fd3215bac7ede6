import type { EpochMs } from 'countersign/core'
import type { Device } from './session.ts'

/** What happened to a session, for the log, the audit trail and mail. Never holds a token. */
export type SessionEvent =
  | {
      readonly type: 'signed_in'
      readonly session: string
      readonly user: string
      readonly client: string
      readonly device: Device
      /** The user has signed in before, and on nothing like it. */
      readonly isNewDevice: boolean
      readonly at: EpochMs
    }
  /** Its user has proved once more who they are, by these methods. */
  | {
      readonly type: 'stepped_up'
      readonly session: string
      readonly user: string
      readonly methods: readonly string[]
      readonly at: EpochMs
    }
  | { readonly type: 'ended'; readonly session: string; readonly user: string; readonly at: EpochMs }
  /** A refresh token came back after its successor was in use: the session was ended. `device` is the presenter's. */
  | {
      readonly type: 'refresh_reused'
      readonly session: string
      readonly user: string
      readonly generation: number
      readonly device: Device
      readonly at: EpochMs
    }

export type SessionEventSink = (event: SessionEvent) => void
