/** One figure of the table, with what is demanded of it. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: 'ratio' | 'ms' | 'MiB' | 'bytes' | 'messages'
  /** Null where a figure only explains others. */
  readonly demand: Demand | null
  /** The figures behind it, for a person. */
  readonly from: string
}

export type Demand = { readonly atLeast: number } | { readonly below: number }

export interface MeasureOptions {
  /** Short rounds: shows that it runs, and roughly where it stands. */
  readonly quick: boolean
  /** Also what takes half an hour and tens of gigabytes. */
  readonly large: boolean
  /** Where what takes long to make is left for the next run; null: nowhere. */
  readonly keep: string | null
  readonly say: (line: string) => void
}

/** Something to be measured beside its limit or its peers, in the same run. */
export interface Measure {
  readonly name: string
  readonly about: string
  /** What it needs and this machine has not; null where it can run. */
  missing(): Promise<string | null>
  run(options: MeasureOptions): Promise<readonly Figure[]>
}

export function isMet({ value, demand }: Pick<Figure, 'value' | 'demand'>): boolean {
  if (demand === null) return true
  return 'atLeast' in demand ? value >= demand.atLeast : value < demand.below
}
