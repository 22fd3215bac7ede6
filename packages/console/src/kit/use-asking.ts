import { useCallback, useState } from 'react'

/** Which dialog is asked for. What was asked stays when it closes, so that it closes as what it was. */
export interface Asking<Asked> {
  readonly asked: Asked | undefined
  /** Another for each time: as the `key` of a dialog it begins anew. */
  readonly serial: number
  readonly isOpen: boolean
  readonly ask: (asked: Asked) => void
  readonly close: () => void
}

export function useAsking<Asked>(): Asking<Asked> {
  const [state, setState] = useState<{ readonly asked: Asked | undefined; readonly serial: number; readonly isOpen: boolean }>({
    asked: undefined,
    serial: 0,
    isOpen: false,
  })
  return {
    ...state,
    ask: useCallback((asked) => setState(({ serial }) => ({ asked, serial: serial + 1, isOpen: true })), []),
    close: useCallback(() => setState((before) => ({ ...before, isOpen: false })), []),
  }
}
