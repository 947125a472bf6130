import { z } from 'zod'

/**
 * A backup is one file of lines, compressed with gzip, so that nothing but common tools is needed to look into it:
 * ```
 * {"backup":"civicrm-ses", "format":1, …}         what it is (header)
 * {"table":"notification", "columns":["id", …]}   a table, then its rows in the order of the key:
 * [1,"…",…]                                       values as in rowText
 * …
 * {"end": true, "tables": {…}, "sha256":"…"}      what there must be (manifest), and the hash of all lines before
 * ```
 * The manifest stands at the end, since nobody knows before it was written what it will say; a file without it is
 * not whole.
 */
export const headerSchema = z.object({
  backup: z.literal('civicrm-ses'),
  format: z.literal(1),
  /** Version of the program that wrote it. */
  program: z.string(),
  /** Version of the schema: only the same can be restored. */
  schema: z.int(),
  engine: z.enum(['SQLite', 'PostgreSQL']),
  /** ISO time at which it was begun, and of which its content is. */
  at: z.iso.datetime(),
  /** Of the installation; null: it never needed one. */
  installation: z.string().nullable(),
  /** It was itself restored from a backup: the note about that. */
  restored: z.string().nullable(),
})

export const tableLineSchema = z.strictObject({ table: z.string(), columns: z.array(z.string()) })

export const manifestSchema = z.object({
  end: z.literal(true),
  tables: z.record(
    z.string(),
    z.strictObject({
      rows: z.int(),
      /** {@link Fingerprint} of the rows, as a move compares it too. */
      hash: z.string(),
      /** Highest id that was ever given out; null: the table has no ids of its own. */
      lastId: z.int().nullable(),
    }),
  ),
  sha256: z.string(),
})

export type Header = z.output<typeof headerSchema>
export type Manifest = z.output<typeof manifestSchema>
