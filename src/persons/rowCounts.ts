/** Rows of a place, in words for a person. */
export interface CountedRows {
  readonly what: string
  readonly rows: number
}

export class RowCounts {
  readonly #counts = new Map<string, number>()

  get isEmpty(): boolean {
    return this.#counts.size === 0
  }

  add(what: string, rows: number): void {
    if (rows > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + rows)
  }

  list(): readonly CountedRows[] {
    return [...this.#counts].map(([what, rows]) => ({ what, rows }))
  }
}
