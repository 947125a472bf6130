import pg from 'pg'
import type { SqlValue } from './queries.ts'

/** `SELECT oid FROM pg_type WHERE typname = 'int8'`; built-in types have the same everywhere. */
const int8 = 20

/** How columns are read, for these connections only: the parsers of `pg` itself are left as they are. */
export function typeParsers(): pg.CustomTypesConfig {
  const parsers = new pg.TypeOverrides()
  parsers.setTypeParser(int8, Number)
  return parsers
}

/**
 * A value as `pg` takes it. PostgreSQL's text holds every character but NUL and refuses the whole statement for
 * it; such a text comes from outside (what SES or a CRM wrote) and is for people to read, so it is mended here,
 * once for all columns. Keys do not go by it: they are hashes of the text as it came.
 */
export function wireValue(value: SqlValue): unknown {
  if (typeof value === 'string') return withoutNul(value)
  if (value instanceof Uint8Array) return asBuffer(value)
  // Array.isArray forgets `readonly`.
  if (typeof value === 'object' && value !== null) return value.map((one) => wireValue(one))
  return value
}

function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
