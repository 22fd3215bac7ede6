/** @throws {RangeError} */
export function requireSeconds(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw new RangeError(`${name} must be a number of seconds`)
  return value
}
