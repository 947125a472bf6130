import type { Table } from '../tables.ts'

export interface Trigger {
  readonly name: string
  readonly table: string
  readonly sql: string
}

/** Log every change of a table: a row for each row, by one statement for each statement. */
export function following(table: Table): readonly Trigger[] {
  const { name } = table
  const key = `json_build_array(${table.key.map((column) => `"${column.name}"`).join(', ')})::text`
  const body = `CREATE OR REPLACE FUNCTION "followed_${name}"() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        INSERT INTO followed_change (relation, key) SELECT '${name}', ${key} FROM old_rows;
      ELSE
        INSERT INTO followed_change (relation, key) SELECT '${name}', ${key} FROM new_rows;
      END IF;
      RETURN NULL;
    END $$;`
  const trigger = (happening: 'INSERT' | 'UPDATE' | 'DELETE', rows: string): Trigger => {
    const own = `followed_${name}_${happening.toLowerCase()}`
    const sql = `${body}
      CREATE TRIGGER "${own}" AFTER ${happening} ON "${name}" REFERENCING ${rows}
      FOR EACH STATEMENT EXECUTE FUNCTION "followed_${name}"()`
    return { name: own, table: name, sql }
  }
  return [
    trigger('INSERT', 'NEW TABLE AS new_rows'),
    trigger('UPDATE', 'NEW TABLE AS new_rows'),
    trigger('DELETE', 'OLD TABLE AS old_rows'),
  ]
}

export function followingFunction(table: Table): string {
  return `DROP FUNCTION IF EXISTS "followed_${table.name}"()`
}

/** Said by the trigger itself as a state in which nothing can be written: so a gateway takes it for a fault that passes. */
const readOnlyState = '25006'

/** Refuse every change of a table. */
export function refusing({ name }: Table, reason: string): Trigger {
  const own = `moved_${name}`
  const sql = `CREATE OR REPLACE FUNCTION moved_away() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '%', '${reason.replaceAll("'", "''")}' USING ERRCODE = '${readOnlyState}';
    END $$;
    CREATE TRIGGER "${own}" BEFORE INSERT OR UPDATE OR DELETE ON "${name}"
    FOR EACH STATEMENT EXECUTE FUNCTION moved_away()`
  return { name: own, table: name, sql }
}
