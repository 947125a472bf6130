import { GatewayError } from '../errors/gatewayError.ts'
import type { UndoRecord } from './undoStore.ts'

/** A row of `undo`, whichever engine has it. */
export interface UndoRow extends Omit<UndoRecord, 'chosen' | 'result'> {
  readonly chosen: string
  readonly result: string | null
}

export function undoRecord({ chosen, result, ...row }: UndoRow): UndoRecord {
  return {
    ...row,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing but `begin` writes it
    chosen: JSON.parse(chosen) as UndoRecord['chosen'],
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing but `end` writes it
    result: result === null ? null : (JSON.parse(result) as UndoRecord['result']),
  }
}

/** One that is at work, or was until a moment ago. */
export function underWay({ id, askedBy }: { readonly id: number; readonly askedBy: string }): GatewayError {
  return new GatewayError('UNDO_UNDER_WAY', `undo ${id} of ${askedBy} is at work`)
}
