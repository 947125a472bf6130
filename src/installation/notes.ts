import { z } from 'zod'
import { GatewayError } from '../errors/gatewayError.ts'

/**
 * What a place says about itself, beside what is kept in it; each note is JSON in the table `installation`.
 *
 * - `id`: tells this installation from every other; it goes along with it
 * - `arrival`: an installation is on its way to this place, which nobody may use yet
 * - `departure`: the installation moves away in a moment; recording rests, so that no call is under way then
 * - `moved`: the installation has moved away, and nobody may use this place any more
 * - `restored`: what is kept here is older than what was done by it (see docs/operators/backup.md)
 */
export const noteNames = ['id', 'arrival', 'departure', 'moved', 'restored'] as const
export type NoteName = (typeof noteNames)[number]

/** By name. */
export type Notes = ReadonlyMap<string, string>

const key = z.array(z.union([z.string(), z.number()]))

const tallySchema = z.strictObject({
  rows: z.int(),
  /** Of what was read in the old place, and of what was read again in the new one. */
  from: z.string(),
  to: z.string(),
})

export const arrivalSchema = z.strictObject({
  /** Of the installation. */
  id: z.string(),
  from: z.string(),
  /** Which run of the command is at work: an earlier one that is still alive notices that it is not. */
  run: z.string(),
  /** Tables before it are carried over, this one up to this key. */
  table: z.int(),
  after: key.nullable(),
  /** Everything is here and compared: the old place may be left. */
  complete: z.boolean(),
  tallies: z.record(z.string(), tallySchema),
})

export type Arrival = z.output<typeof arrivalSchema>
export type Tally = z.output<typeof tallySchema>

export const departureSchema = z.strictObject({
  /** Epoch ms: until then recording rests, whatever becomes of the move. */
  until: z.number(),
})

export const movedSchema = z.strictObject({
  /** Without a password. */
  to: z.string(),
  at: z.number(),
})

export const restoredSchema = z.strictObject({
  /** When the backup was begun: what was done later is not known here. */
  backupAt: z.number(),
  /** When it was restored: what is older may have been recorded in a CRM already. */
  at: z.number(),
})

/** @throws GatewayError STORAGE_CORRUPT */
export function parseNote<Schema extends z.ZodType>(
  schema: Schema,
  name: NoteName,
  text: string | null,
): z.output<Schema> | null {
  if (text === null) return null
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw new GatewayError('STORAGE_CORRUPT', `the note "${name}" in the database is none of this version`, {
      cause: error,
    })
  }
}

/**
 * Refuses a place that is not, or no longer, where the installation is kept.
 * @throws GatewayError STORAGE_MOVED, STORAGE_ARRIVING
 */
export function requireHome(notes: Notes): void {
  const moved = parseNote(movedSchema, 'moved', notes.get('moved') ?? null)
  if (moved !== null)
    throw new GatewayError(
      'STORAGE_MOVED',
      `this installation moved to ${moved.to} at ${new Date(moved.at).toISOString()}`,
    )
  const arrival = parseNote(arrivalSchema, 'arrival', notes.get('arrival') ?? null)
  if (arrival !== null)
    throw new GatewayError('STORAGE_ARRIVING', `the installation of ${arrival.from} is still on its way to this place`)
}
