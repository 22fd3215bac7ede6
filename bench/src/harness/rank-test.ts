/**
 * How likely two samples of one distribution differ in rank at least as much as these do: Mann and Whitney's U test, two-sided, by the normal
 * approximation with its corrections for ties and continuity. For samples of twenty and more.
 */
export function rankTest(one: readonly number[], other: readonly number[]): number {
  const [n, m] = [one.length, other.length]
  const all = [...one.map((value) => ({ value, isOne: true })), ...other.map((value) => ({ value, isOne: false }))]
  all.sort((a, b) => a.value - b.value)
  let rankSum = 0
  let ties = 0
  for (let start = 0; start < all.length; ) {
    let end = start
    while (end < all.length && all[end]?.value === all[start]?.value) end++
    // Equal values share the mean of their ranks, counted from one.
    const rank = (start + end + 1) / 2
    for (let at = start; at < end; at++) if (all[at]?.isOne === true) rankSum += rank
    const tied = end - start
    ties += tied ** 3 - tied
    start = end
  }
  const u = rankSum - (n * (n + 1)) / 2
  const total = n + m
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - ties / (total * (total - 1))))
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / deviation
  return deviation === 0 ? 1 : 2 * upperTail(z)
}

/** The standard normal distribution above z ≥ 0 (Abramowitz and Stegun 26.2.17: to 7.5·10⁻⁸). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series
}
