import { GatewayError } from '../../errors/gatewayError.ts'
import { arrivalSchema, movedSchema, parseNote } from '../notes.ts'
import type { Place } from '../place.ts'
import { tables } from '../tables.ts'
import { requireFree } from './move.ts'

/** What a move would do, found out without changing anything. */
export interface MovePlan {
  /** `resumes`: an earlier run broke off. `finishes`: it broke off after the cut-over. `isOver`: nothing is left to do. */
  readonly state: 'begins' | 'resumes' | 'finishes' | 'isOver'
  /** About so many rows are to be carried over, all in all. */
  readonly rows: number
}

/**
 * @param to null: there is nothing yet
 * @throws GatewayError MOVE_TARGET_TAKEN, STORAGE_MOVED
 */
export async function planMove(from: Place, to: Place | null): Promise<MovePlan> {
  const { id, moved, rows } = await from.look(async (look) => {
    let sum = 0
    for (const table of tables) sum += await look.size(table)
    return { id: await look.note('id'), moved: parseNote(movedSchema, 'moved', await look.note('moved')), rows: sum }
  })
  const there = to === null ? null : await to.look(async (look) => notesOf(look))
  if (moved !== null) {
    const isHere = id !== null && (there?.arrival?.id ?? there?.id) === id
    if (!isHere) throw new GatewayError('STORAGE_MOVED', `the installation of ${from.address} has moved to ${moved.to}`)
    return { state: there?.arrival === null ? 'isOver' : 'finishes', rows }
  }
  if (to !== null) await to.look(async (look) => requireFree(look, to.address, id))
  return { state: (there?.arrival ?? null) === null ? 'begins' : 'resumes', rows }
}

async function notesOf(look: Parameters<Parameters<Place['look']>[0]>[0]): Promise<{
  readonly id: string | null
  readonly arrival: { readonly id: string } | null
}> {
  return {
    id: await look.note('id'),
    arrival: parseNote(arrivalSchema, 'arrival', await look.note('arrival')),
  }
}

/**
 * Empties a place that an earlier move has left, so that an installation can come back to it.
 * @throws GatewayError MOVE_TARGET_TAKEN: it was not left by a move, and may be in use
 */
export async function emptyLeftPlace(place: Place): Promise<void> {
  await place.change(async (change) => {
    const moved = await change.note('moved')
    if (moved === null)
      throw new GatewayError('MOVE_TARGET_TAKEN', `${place.address} is not what a move has left behind`, {
        hint: 'Nothing was changed. Name an empty data folder or database.',
      })
    await change.admitWrites()
    await change.clear()
    for (const name of ['moved', 'id', 'restored'] as const) await change.setNote(name, null)
  })
}

/**
 * Ends a move for good: the old place follows no changes any more, and the new one is emptied.
 * @throws GatewayError STORAGE_MOVED: it is over already
 */
export async function giveUpMove(from: Place, to: Place): Promise<void> {
  await from.change(async (change) => {
    const moved = parseNote(movedSchema, 'moved', await change.note('moved'))
    if (moved !== null)
      throw new GatewayError('STORAGE_MOVED', `the installation of ${from.address} has moved to ${moved.to}`)
    await change.unfollow()
    await change.setNote('departure', null)
  })
  const id = await from.look(async (look) => look.note('id'))
  await to.change(async (change) => {
    const arrival = parseNote(arrivalSchema, 'arrival', await change.note('arrival'))
    if (arrival === null || arrival.id !== id) return
    await change.clear()
    await change.rejoin()
    await change.setNote('arrival', null)
  })
  await to.afterRejoining()
}

/** Makes a place home again from which the installation has moved away. What came to the new place since is not here. */
export async function takeBack(place: Place): Promise<boolean> {
  return place.change(async (change) => {
    if ((await change.note('moved')) === null) return false
    await change.admitWrites()
    await change.setNote('moved', null)
    return true
  })
}
