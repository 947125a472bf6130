import { z } from 'zod'
import type { Alarm } from './alarm.ts'
import { isAlarmKind } from './kinds.ts'

/** Columns of `alarm` as {@link AlarmRow} names them, on both engines. */
export const columns = 'kind, subject, since, last_at AS "lastAt", count, detail, ended_at AS "endedAt", told'

export interface AlarmRow {
  readonly kind: string
  readonly subject: string
  readonly since: number
  readonly lastAt: number
  readonly count: number
  readonly detail: string
  readonly endedAt: number | null
  readonly told: string
}

const toldSchema = z.record(
  z.string(),
  z.object({ state: z.enum(['active', 'over']), at: z.number(), count: z.number() }),
)

/** [] for a kind that this version does not have: nobody could say what it means. */
export function alarmOf({ kind, told, endedAt, ...rest }: AlarmRow): readonly Alarm[] {
  if (!isAlarmKind(kind)) return []
  return [
    { ...rest, kind, state: endedAt === null ? 'active' : 'over', endedAt, told: toldSchema.parse(JSON.parse(told)) },
  ]
}

export function toldText({ told }: Alarm): string {
  return JSON.stringify(told)
}
