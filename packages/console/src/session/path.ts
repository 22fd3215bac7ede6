/** The page of one person. */
export const userPath = (id: string): string => `/console/users/${encodeURIComponent(id)}`

/** What is on record of somebody: as who did it, or as whom it was done to. */
export const auditPath = (as: 'actor' | 'target', id: string): string => `/console/audit?${new URLSearchParams({ [as]: id })}`
