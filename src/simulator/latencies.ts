/** How long things took, in milliseconds. null where nothing was measured. */
export interface Latencies {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Nearest-rank percentiles: every figure is one that was measured. */
export function latenciesOf(milliseconds: readonly number[]): Latencies | null {
  if (milliseconds.length === 0) return null
  const sorted = Float64Array.from(milliseconds).toSorted()
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
