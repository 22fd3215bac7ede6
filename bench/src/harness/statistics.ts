/** The value below which `share` (0 to 1) of the sample lies, by the nearest rank. */
export function percentile(sample: readonly number[], share: number): number {
  if (sample.length === 0) throw new RangeError('a percentile of nothing')
  const sorted = [...sample].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN
}

export function median(sample: readonly number[]): number {
  if (sample.length === 0) throw new RangeError('a median of nothing')
  const sorted = [...sample].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
