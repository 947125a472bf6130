import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { alarmOf, type AlarmRow, columns, toldText } from '../rows.ts'
import { type AlarmStore, recentAlarms } from '../store.ts'

export function sqliteAlarmStore(database: SqliteDatabase): AlarmStore {
  const active = database.prepare<AlarmRow>(`SELECT ${columns} FROM alarm WHERE ended_at IS NULL`)
  const over = database.prepare<AlarmRow>(`
    SELECT ${columns} FROM alarm WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT ${recentAlarms}
  `)
  const write = database.prepare(`
    INSERT INTO alarm (kind, subject, since, last_at, count, detail, ended_at, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind, subject) DO UPDATE SET
      since = excluded.since, last_at = excluded.last_at, count = excluded.count, detail = excluded.detail,
      ended_at = excluded.ended_at, told = excluded.told
  `)
  const forget = database.prepare('DELETE FROM alarm WHERE ended_at < ?')
  return {
    all: async () => database.read(() => [...active.all(), ...over.all()].flatMap(alarmOf)),
    save: async (alarms, forgetBefore) =>
      database.commit(() => {
        for (const alarm of alarms) {
          const { kind, subject, since, lastAt, count, detail, endedAt } = alarm
          write.run(kind, subject, since, lastAt, count, detail, endedAt, toldText(alarm))
        }
        forget.run(forgetBefore)
      }),
  }
}
