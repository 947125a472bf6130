import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { movedAway } from '../../database/movedAway.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { type Arrival, arrivalSchema, parseNote, type Tally } from '../notes.ts'
import type { Look, Place } from '../place.ts'
import { type Table, tables } from '../tables.ts'
import { Carrier, type Pieces } from './carrier.ts'

export interface MoveOptions {
  readonly from: Place
  readonly to: Place
  /** `caughtUp`: the installation stays where it is, and everything is over there too; the next run takes seconds. */
  readonly until: 'caughtUp' | 'moved'
  readonly clock: Clock
  readonly pause: (ms: number) => Promise<void>
  /** Milliseconds from any moment. */
  readonly elapsed: () => number
  /** Breaks off, at a place from which the next run goes on. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: MoveProgress) => void
  readonly limits?: Partial<MoveLimits>
}

export interface MoveLimits extends Pieces {
  /** How long nobody can write at most, while the rest is carried over and compared, ms. */
  readonly cutOverMs: number
  /** What gateways need at least to hear that recording is to rest, and at most to end their calls, ms. */
  readonly leastRestMs: number
  readonly mostRestMs: number
}

/** SNS repeats what was answered 503, by default for a minute; 15 s are promised, of which a gateway needs a few to start again. */
export const defaultMoveLimits: MoveLimits = {
  cutOverMs: 8000,
  leastRestMs: 2500,
  mostRestMs: 10_000,
  mostRows: 2000,
  lookMs: 1000,
}

export interface MoveProgress {
  readonly phase: 'carrying' | 'comparing' | 'resting' | 'cuttingOver' | 'finishing'
  /** That is being carried over. */
  readonly table: string | null
  readonly rows: number
  /** About as many there will be. */
  readonly ofRows: number
  /** Rows written since this run began. */
  readonly written: number
}

export interface MoveReport {
  /** `following`: caught up, and the next run does the rest. */
  readonly state: 'moved' | 'following'
  readonly tables: readonly (Tally & { readonly table: string })[]
  /** For how long nobody could write, in cut-overs that were put off too; null: nothing was cut over in this run. */
  readonly cutOverMs: number | null
}

/** So few changes in one look are no backlog: the rest goes over in the cut-over. */
const fewChanges = 2000

/** Cut-overs that are tried where others hold their locks for too long or too much had changed. */
const mostAttempts = 5

/**
 * Moves an installation to another place, while its gateway goes on:
 * ```
 *  carry all tables, ──> compare ──> rest: no calls ──> cut-over: nobody writes ──> the new place is
 *  following changes     counts and  under way          rest carried, compared,     the installation's
 *                        hashes      (departure)        old place says `moved`      home (arrival ends)
 * ```
 * Until the cut-over is committed in the old place, that one is home and the new one may be used by nobody; from then
 * on it is the other way round. In between stands one commit, in the old place: whoever dies before or after it
 * leaves a state from which the next run goes on. What the old place holds is never changed.
 *
 * @throws GatewayError MOVE_TARGET_TAKEN, MOVE_DIFFERS, MOVE_OVERTAKEN, MOVE_CUT_OVER_LATE, MOVE_BROKEN_OFF, STORAGE_…
 */
export async function moveInstallation(options: MoveOptions): Promise<MoveReport> {
  const { from, to, until } = options
  const limits = { ...defaultMoveLimits, ...options.limits }
  const id = await identify(from)
  const isLeft = (await from.look(async (look) => look.note('moved'))) !== null
  const arrival = await arrivalOf(to)
  if (isLeft) {
    if (arrival === null && (await to.look(async (look) => look.note('id'))) === id) return finish(options, id, null)
    if (arrival?.id !== id || !arrival.complete)
      throw new GatewayError('STORAGE_MOVED', `the installation of ${from.address} has moved, and not to ${to.address}`)
    return finish(options, id, null)
  }
  const carrier = await begin(options, limits, { id, earlier: arrival })
  do {
    await catchUp(options, carrier)
    report(options, carrier, 'comparing')
  } while (!(await carrier.compare()))
  await catchUp(options, carrier)
  if (until === 'caughtUp') return { state: 'following', tables: talliesOf(carrier.arrival), cutOverMs: null }
  const cutOverMs = await cutOver(options, limits, carrier)
  return finish(options, id, cutOverMs)
}

/** Who an installation is: drawn with the first need. */
async function identify(from: Place): Promise<string> {
  const known = await from.look(async (look) => look.note('id'))
  if (known !== null) return known
  return from.change(async (change) => {
    const id = (await change.note('id')) ?? randomUUID()
    await change.setNote('id', id)
    return id
  })
}

async function arrivalOf(to: Place): Promise<Arrival | null> {
  return parseNote(arrivalSchema, 'arrival', await to.look(async (look) => look.note('arrival')))
}

async function begin(
  options: MoveOptions,
  pieces: Pieces,
  { id, earlier }: { readonly id: string; readonly earlier: Arrival | null },
): Promise<Carrier> {
  const { from, to, elapsed, signal } = options
  await to.look(async (look) => requireFree(look, to.address, id))
  // Before the first row is read: what is written from now on is followed.
  await from.change(async (change) => change.follow())
  const start = { table: 0, after: null, tallies: {} }
  const arrival: Arrival = { ...(earlier ?? start), id, from: from.address, run: randomUUID(), complete: false }
  await to.change(async (change) => {
    await change.separate()
    await change.setNote('arrival', JSON.stringify(arrival))
  })
  return new Carrier({ from, to, arrival, elapsed, signal, pieces })
}

/**
 * @throws GatewayError MOVE_TARGET_TAKEN: it holds another installation, or an older state of this one
 */
export async function requireFree(look: Look, address: string, id: string | null): Promise<void> {
  const arrival = parseNote(arrivalSchema, 'arrival', await look.note('arrival'))
  if (arrival !== null && arrival.id === id) return
  if (arrival !== null)
    throw new GatewayError('MOVE_TARGET_TAKEN', `the installation of ${arrival.from} is on its way to ${address}`)
  const isFree = (await look.note('moved')) === null
  for (const table of isFree ? tables : []) {
    if (await look.isEmpty(table)) continue
    throw new GatewayError('MOVE_TARGET_TAKEN', `${address} holds an installation: its table ${table.name} has rows`)
  }
  if (!isFree) throw new GatewayError('MOVE_TARGET_TAKEN', `${address} holds what another move has left behind`)
}

async function catchUp(options: MoveOptions, carrier: Carrier): Promise<void> {
  const sizes = await options.from.look(async (look) => sizesOf(look))
  for (;;) {
    requireGoing(options)
    const changes = await carrier.step()
    report(options, carrier, 'carrying', sizes)
    if (carrier.table === null && changes < fewChanges) return
  }
}

async function sizesOf(look: Look): Promise<number> {
  let sum = 0
  for (const table of tables) sum += await look.size(table)
  return sum
}

/** @returns for how long nobody could write, ms, in all that was tried */
async function cutOver(options: MoveOptions, limits: MoveLimits, carrier: Carrier): Promise<number> {
  let refusedMs = 0
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (attempt > 1) {
        await carrier.recall()
        await catchUp(options, carrier)
      }
      await rest(options, limits, carrier)
      report(options, carrier, 'cuttingOver')
      const since = options.elapsed()
      try {
        await leave(options, limits, carrier)
      } finally {
        refusedMs += options.elapsed() - since
      }
      return refusedMs
    } catch (error) {
      if (!(error instanceof GatewayError) || (!error.retryable && error.code !== 'MOVE_CUT_OVER_LATE')) throw error
      if (attempt < mostAttempts) continue
      const refused = `in ${attempt} attempts nobody could write for ${(refusedMs / 1000).toFixed(1)} s`
      throw new GatewayError(error.code, `${error.message}; ${refused}`, { cause: error })
    }
  }
}

/** Waits until no call to a CRM is under way, but not for ever: what then still is, is looked up in the new place. */
async function rest(options: MoveOptions, limits: MoveLimits, carrier: Carrier): Promise<void> {
  const { from, clock, elapsed, pause } = options
  const { leastRestMs, mostRestMs, cutOverMs } = limits
  const until = clock.now() + mostRestMs + cutOverMs
  await from.change(async (change) => change.setNote('departure', JSON.stringify({ until })))
  const since = elapsed()
  for (;;) {
    requireGoing(options)
    await carrier.step()
    report(options, carrier, 'resting')
    const rested = elapsed() - since
    const underWay = await from.look(async (look) => look.callsUnderWay())
    if (rested >= mostRestMs || (rested >= leastRestMs && underWay === 0)) return
    await pause(100)
  }
}

/**
 * All of it within the limit, the wait for the lock too, behind which writes wait already: whatever hangs then fails, the
 * old place takes back what was begun in it, and lets the lock go.
 */
async function leave(options: MoveOptions, { cutOverMs }: MoveLimits, carrier: Carrier): Promise<void> {
  const { from, to, clock, elapsed } = options
  const since = elapsed()
  const requireTime = (cause?: unknown): void => {
    if (elapsed() - since <= cutOverMs) return
    throw new GatewayError('MOVE_CUT_OVER_LATE', `the cut-over took longer than ${cutOverMs} ms`, { cause })
  }
  const unlimited = [from.limit(cutOverMs), to.limit(cutOverMs)]
  try {
    await from.alone(async (change) => {
      await carrier.carryRest(change)
      const lastIds: { readonly table: Table; readonly id: number }[] = []
      for (const table of tables.filter(({ numbered }) => numbered))
        lastIds.push({ table, id: await change.lastId(table) })
      await to.change(async (other) => {
        for (const { table, id } of lastIds) await other.setLastId(table, id)
      })
      requireTime()
      await carrier.complete()
      await change.unfollow()
      await change.refuseWrites(`${movedAway}this installation has moved to ${to.address}`)
      await change.setNote('departure', null)
      await change.setNote('moved', JSON.stringify({ to: to.address, at: clock.now() }))
      requireTime()
    })
  } catch (error) {
    // What failed because the time was over says so, whatever it was.
    if (error instanceof GatewayError && error.retryable) requireTime(error)
    throw error
  } finally {
    for (const unlimit of unlimited) unlimit()
  }
}

/** The old place has said that the installation is gone: from here on it can only end well, in this run or the next. */
async function finish(options: MoveOptions, id: string, cutOverMs: number | null): Promise<MoveReport> {
  const { from, to } = options
  const arrival = await arrivalOf(to)
  const restored = await from.look(async (look) => look.note('restored'))
  if (arrival !== null)
    await to.change(async (change) => {
      await change.rejoin()
      await change.setNote('id', id)
      await change.setNote('restored', restored)
      await change.setNote('arrival', null)
    })
  options.onProgress({ phase: 'finishing', table: null, rows: 0, ofRows: 0, written: 0 })
  await to.afterRejoining()
  return { state: 'moved', tables: arrival === null ? [] : talliesOf(arrival), cutOverMs }
}

function talliesOf({ tallies }: Arrival): MoveReport['tables'] {
  return tables.flatMap(({ name }) => {
    const tally = tallies[name]
    return tally === undefined ? [] : [{ table: name, ...tally }]
  })
}

function report({ onProgress }: MoveOptions, carrier: Carrier, phase: MoveProgress['phase'], ofRows = 0): void {
  const rows = Object.values(carrier.arrival.tallies).reduce((sum, tally) => sum + tally.rows, 0)
  onProgress({
    phase,
    table: carrier.table?.name ?? null,
    rows,
    ofRows: Math.max(ofRows, rows),
    written: carrier.carried,
  })
}

function requireGoing({ signal }: MoveOptions): void {
  if (signal.aborted) throw new GatewayError('MOVE_BROKEN_OFF', 'the move was broken off')
}
