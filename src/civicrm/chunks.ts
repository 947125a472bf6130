/** Cuts a list into pieces of at most `size`, in order; an empty list gives no piece. */
export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const pieces: T[][] = []
  for (let start = 0; start < items.length; start += size) pieces.push(items.slice(start, start + size))
  return pieces
}

/** Without repeats, in the order of first appearance. */
export function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)]
}
