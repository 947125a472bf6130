/**
 * Keeps every undo: who asked, when, why, what was chosen, and for each effect what became of it. An effect is
 * undone once; the same mail event that comes again meets its effects in the ledger and is not carried out anew.
 *
 * ```
 *   (carried out) ──take──> begun ──settle──> done
 *                             │  └──────────> left (a person changed it since) ──take──> begun
 *                             └── broke off: taken again by the next undo, which looks what became of it
 * ```
 * One undo is at work at a time, in all instances. It says again and again that it is; after
 * {@link undoLeaseMs} of silence another may begin, and from then on whatever the silent one writes is void.
 */
export interface UndoStore {
  /**
   * @returns its id
   * @throws GatewayError UNDO_UNDER_WAY
   */
  begin(undo: NewUndo): Promise<number>

  /** It is still at work. @returns false where another has begun since: then it is over */
  keep(undoId: number, at: number): Promise<boolean>

  /** Marks effects as being undone, durable on return; none that is undone already. Returns the ids marked. */
  take(undoId: number, effectIds: readonly number[], at: number): Promise<readonly number[]>

  /** Writes what became of effects that this undo has marked. */
  settle(undoId: number, outcomes: readonly UndoOutcome[]): Promise<void>

  /** Of these effects, those that an undo has met. */
  find(effectIds: readonly number[]): Promise<ReadonlyMap<number, UndoneEffect>>

  /** @param result null: it broke off, and another may begin at once */
  end(undoId: number, result: Readonly<Record<string, number>> | null, at: number): Promise<void>

  /** Newest first. */
  list(limit: number): Promise<readonly UndoRecord[]>
}

/** After so long without a word an undo has broken off: its process was ended, or stands still. */
export const undoLeaseMs = 60_000

/**
 * The moments after and up to which an undo that is at work was heard of last. What was heard of later than that was so
 * by a clock that was set back since; of one that lives there is a new word within seconds.
 */
export function heardWithin(now: number): readonly [number, number] {
  return [now - undoLeaseMs, now + undoLeaseMs]
}

export interface NewUndo {
  readonly begunAt: number
  readonly askedBy: string
  readonly why: string
  /** What was chosen, as it was asked. */
  readonly chosen: Readonly<Record<string, unknown>>
}

export interface UndoRecord extends NewUndo {
  readonly id: number
  /** When it was last heard of; 0 where it broke off by itself. */
  readonly heardAt: number
  /** null while it is under way, or where it broke off. */
  readonly endedAt: number | null
  readonly result: Readonly<Record<string, number>> | null
}

export interface UndoOutcome {
  readonly effectId: number
  readonly state: 'done' | 'left'
  readonly at: number
  readonly answer: string
}

export interface UndoneEffect {
  readonly effectId: number
  readonly undoId: number
  readonly state: 'begun' | 'done' | 'left'
  /** When it was begun first, or settled. */
  readonly at: number
  readonly answer: string | null
}
