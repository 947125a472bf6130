import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { alarmOf, type AlarmRow, columns, toldText } from '../rows.ts'
import { type AlarmStore, recentAlarms } from '../store.ts'

export function postgresAlarmStore(database: PostgresDatabase): AlarmStore {
  return {
    async all() {
      const rows = await database.query<AlarmRow>(`
        (SELECT ${columns} FROM alarm WHERE ended_at IS NULL)
        UNION ALL
        (SELECT ${columns} FROM alarm WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT ${recentAlarms})
      `)
      return rows.flatMap(alarmOf)
    },
    save: async (alarms, forgetBefore) =>
      database.transaction(async (transaction) => {
        // In one order in all instances, so that none of them waits for another in a circle.
        for (const alarm of alarms.toSorted(byKey)) {
          const { kind, subject, since, lastAt, count, detail, endedAt } = alarm
          await transaction.run(
            `INSERT INTO alarm (kind, subject, since, last_at, count, detail, ended_at, told)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (kind, subject) DO UPDATE SET
              since = excluded.since, last_at = excluded.last_at, count = excluded.count, detail = excluded.detail,
              ended_at = excluded.ended_at, told = excluded.told`,
            [kind, subject, since, lastAt, count, detail, endedAt, toldText(alarm)],
          )
        }
        await transaction.run('DELETE FROM alarm WHERE ended_at < $1', [forgetBefore])
      }),
  }
}

function byKey(
  one: { readonly kind: string; readonly subject: string },
  other: { readonly kind: string; readonly subject: string },
): number {
  const [left, right] = [`${one.kind} ${one.subject}`, `${other.kind} ${other.subject}`]
  if (left === right) return 0
  return left < right ? -1 : 1
}
