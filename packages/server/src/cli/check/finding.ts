/** What one look at the installation found. */
export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly detail: string
}

export const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail })
export const warning = (check: string, detail: string): Finding => ({ check, state: 'warning', detail })
export const failed = (check: string, detail: string): Finding => ({ check, state: 'failed', detail })
export const skipped = (check: string, detail: string): Finding => ({ check, state: 'skipped', detail })

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
