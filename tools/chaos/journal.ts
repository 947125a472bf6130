import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { StoredPerson } from './crms/crmUnderTest.ts'

/** What cannot be made again from the seed, once everybody is stored. */
export interface Beginning {
  /** Epoch ms; the events of the stream are told as of then. */
  readonly at: number
  readonly people: readonly StoredPerson[]
}

const entrySchema = z.union([
  z.strictObject({ delivered: z.int() }),
  z.strictObject({ killed: z.string() }),
  z.strictObject({ struck: z.string() }),
  z.strictObject({ trouble: z.string() }),
  z.strictObject({ roundOver: z.int() }),
  z.strictObject({ begun: z.int() }),
])
type Entry = z.output<typeof entrySchema>

/**
 * The journal of a run, so that one that was broken off can go on: which messages were answered, which rounds
 * are over, who was killed. A line for each, appended; a last one that was cut off counts for nothing.
 */
export class Journal {
  readonly #beginningFile: string
  readonly #file: string
  readonly #delivered = new Set<number>()
  readonly #kills = new Map<string, number>()
  readonly #faults = new Map<string, number>()
  readonly #troubles = new Map<string, number>()
  #rounds = 0
  #beginnings = 0

  /** @param folder of the run; empty for a new one */
  constructor(folder: string) {
    this.#beginningFile = path.join(folder, 'people.json')
    this.#file = path.join(folder, 'journal.jsonl')
    if (!existsSync(this.#file)) return
    for (const line of readFileSync(this.#file, 'utf8').split('\n')) this.#take(entryOf(line))
  }

  /** Messages that were answered with 2xx, by their place in the stream. */
  get delivered(): ReadonlySet<number> {
    return this.#delivered
  }

  get rounds(): number {
    return this.#rounds
  }

  /** How often the run was begun or gone on with. */
  get beginnings(): number {
    return this.#beginnings
  }

  /** kill -9 by seam; `outside` for those at any moment. */
  get kills(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#kills)
  }

  get faults(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#faults)
  }

  /** Calls to the CRM that went wrong, by what became of them. */
  get troubles(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#troubles)
  }

  /** Reads what an earlier try has written, or has it made and writes it down. */
  async begin(make: () => Promise<Beginning>): Promise<Beginning> {
    this.note({ begun: this.#beginnings + 1 })
    // oxlint-disable-next-line no-unsafe-type-assertion -- written below
    if (existsSync(this.#beginningFile)) return JSON.parse(readFileSync(this.#beginningFile, 'utf8')) as Beginning
    const beginning = await make()
    writeFileSync(this.#beginningFile, JSON.stringify(beginning))
    return beginning
  }

  note(entry: Entry): void {
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`)
    this.#take(entry)
  }

  #take(entry: Entry | null): void {
    if (entry === null) return
    if ('delivered' in entry) this.#delivered.add(entry.delivered)
    else if ('killed' in entry) increment(this.#kills, entry.killed)
    else if ('struck' in entry) increment(this.#faults, entry.struck)
    else if ('trouble' in entry) increment(this.#troubles, entry.trouble)
    else if ('roundOver' in entry) this.#rounds = entry.roundOver
    else this.#beginnings = entry.begun
  }
}

function entryOf(line: string): Entry | null {
  try {
    return entrySchema.parse(JSON.parse(line))
  } catch {
    return null
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
