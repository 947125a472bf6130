import type { Table } from '../tables.ts'

export interface Trigger {
  readonly name: string
  readonly sql: string
}

const happenings = ['INSERT', 'UPDATE', 'DELETE'] as const

/** Log every change of a table, also what a reference between tables cascades to. */
export function following(table: Table): readonly Trigger[] {
  return happenings.map((happening) => {
    const key = table.key.map(({ name }) => `${happening === 'DELETE' ? 'OLD' : 'NEW'}."${name}"`).join(', ')
    const name = `followed_${table.name}_${happening.toLowerCase()}`
    const sql = `CREATE TRIGGER "${name}" AFTER ${happening} ON "${table.name}" BEGIN
      INSERT INTO followed_change (relation, key) VALUES ('${table.name}', json_array(${key}));
    END`
    return { name, sql }
  })
}

/** Refuse every change of a table. */
export function refusing(table: Table, reason: string): readonly Trigger[] {
  return happenings.map((happening) => {
    const name = `moved_${table.name}_${happening.toLowerCase()}`
    const sql = `CREATE TRIGGER "${name}" BEFORE ${happening} ON "${table.name}" BEGIN
      SELECT RAISE(ABORT, '${reason.replaceAll("'", "''")}');
    END`
    return { name, sql }
  })
}
