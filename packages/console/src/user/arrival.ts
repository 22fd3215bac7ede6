/** What the page of a new account is told of how it was made: by the browser's history, so that no address says it. */
export const arrival = (isMailed: boolean): { readonly isMailed: boolean } => ({ isMailed })

/** @param state `history.state`: whatever somebody has put there. */
export const arrivedWithoutMail = (state: unknown): boolean =>
  typeof state === 'object' && state !== null && 'isMailed' in state && state.isMailed === false
