/** Between what a field for date and time holds (`2030-01-31T12:00`, in the time of this browser) and what the API takes (ISO 8601, UTC). */

/** @returns undefined for what is no time. */
export function isoOfLocal(text: string): string | undefined {
  // Without a zone a date with a time is of this place (ECMA-262, Date Time String Format).
  const at = /^\d{4,6}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

/** @returns '' for what is no time. */
export function localOfIso(iso: string | undefined): string {
  const at = new Date(Date.parse(iso ?? ''))
  if (Number.isNaN(at.getTime())) return ''
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}
