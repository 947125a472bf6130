import type { Random } from '../../src/clock.ts'
import type { GatewaySeamName } from '../../src/compose/seam.ts'
import { shuffled, wholeNumber } from '../../src/simulator/random.ts'
import type { CrmFault } from './crms/crmUnderTest.ts'
import type { EngineFault } from './engines/engine.ts'

/** Where a gateway process ends: by its own hand at a seam, or from outside at any moment. */
export type KillOrder =
  | {
      readonly by: 'seam'
      readonly seam: GatewaySeamName
      /** At which passing, 1 = the first. */
      readonly passing: number
      /** Milliseconds later: a call on its way needs some until it arrives. */
      readonly delayMs: number
    }
  /** Frozen at a seam until its lease is long another's, then woken up, and killed a little later. */
  | {
      readonly by: 'suspension'
      readonly seam: GatewaySeamName
      readonly passing: number
      readonly frozenMs: number
      readonly afterMs: number
    }
  | { readonly by: 'outside'; readonly afterMs: number }

/** What strikes a server, the CRM's or the database's. */
export interface Fault {
  readonly name: CrmFault | EngineFault
  /** Which part of the call's bounces stands in CiviCRM when it strikes, 0 to 1; where calls can be watched. */
  readonly afterPart: number
  readonly downMs: number
}

/** One life of a gateway process. */
export interface Round {
  /** Which of the gateways that share the work, from 0 on. */
  readonly instance: number
  readonly order: KillOrder
  /** What strikes in the middle of its work, before it is killed. */
  readonly fault: Fault | null
}

export interface RoundOptions {
  readonly kills: number
  /** Where, each as often as the others. At least one. */
  readonly seams: readonly GatewaySeamName[]
  readonly instances: number
  readonly suspensions: number
  readonly faults: { readonly names: readonly Fault['name'][]; readonly count: number }
  readonly random: Random
}

/** Of five kills four are at a seam, each seam as often as the others. */
const seamShare = 4 / 5

interface FaultShape {
  /** How long it lasts, milliseconds. */
  readonly least: number
  readonly most: number
  /** How long after its beginning the gateway is killed, at most. */
  readonly killedWithin: number
}

/**
 * The gateway dies during the outage or after it. Rows are locked for longer than a call is waited for, and
 * for less than a call may take at all: whoever looks too early sees nothing, and does it twice.
 */
const faultShapes: Readonly<Record<Fault['name'], FaultShape>> = {
  'php killed': { least: 0, most: 1000, killedWithin: 2000 },
  'mariadb stopped': { least: 0, most: 1000, killedWithin: 2000 },
  'rows locked': { least: 2000, most: 2500, killedWithin: 4000 },
  'postgres killed': { least: 0, most: 1500, killedWithin: 3000 },
  'postgres stopped': { least: 0, most: 1500, killedWithin: 3000 },
}

/** A strike takes some hundredths of a second, in which the call goes on. */
const latestPart = 0.4

/** Longer than a lease of the run, so that another takes over, and carries out what the frozen one had begun. */
const frozenMs = { least: 2500, most: 4000 }

/** Where somebody has the lane's work in hand. */
const workingSeams: ReadonlySet<GatewaySeamName> = new Set(['claimed', 'planned', 'begun', 'called', 'answered'])

/**
 * How a run ends its gateways: so many kills, and so many faults among them, in rounds whose kill comes from
 * outside, so that it falls anywhere between the fault and its end. Suspensions come on top.
 */
export function layRounds(options: RoundOptions): readonly Round[] {
  const { kills, seams: places, instances, suspensions, faults, random } = options
  const atSeams = Math.max(Math.min(kills, places.length), Math.round(kills * seamShare))
  const seams = Array.from({ length: atSeams }, (_, index) =>
    seamRound(places[index % places.length] ?? 'claimed', index < places.length, random),
  )
  const outside = Array.from({ length: Math.max(0, kills - atSeams) }, (): Life => ({
    order: { by: 'outside', afterMs: Math.round(random() * 600) },
    fault: null,
  }))
  const shaken = Array.from({ length: faults.names.length === 0 ? 0 : faults.count }, (_, index): Life => {
    const name = faults.names[index % faults.names.length] ?? 'php killed'
    const { least, most, killedWithin } = faultShapes[name]
    return {
      order: { by: 'outside', afterMs: Math.round(random() * killedWithin) },
      fault: { name, afterPart: random() * latestPart, downMs: Math.round(least + random() * (most - least)) },
    }
  })
  const frozen = suspendedLives(places, instances === 1 ? 0 : suspensions, random)
  return shuffled(random, [...seams, ...outside.slice(shaken.length), ...shaken, ...frozen]).map((life) => ({
    ...life,
    instance: wholeNumber(random, instances),
  }))
}

type Life = Omit<Round, 'instance'>

/**
 * Where time passes until the kill, milliseconds at most. A message held back before its commit would show
 * an answer that does not wait for it; a call is met from before its first byte has left to after CiviCRM has
 * written everything.
 */
const longestDelayMs: Partial<Readonly<Record<GatewaySeamName, number>>> = { arrived: 100, called: 250 }

function suspendedLives(places: readonly GatewaySeamName[], count: number, random: Random): readonly Life[] {
  const working = places.filter((name) => workingSeams.has(name))
  const seams = working.length === 0 ? [...workingSeams] : working
  const { least, most } = frozenMs
  return Array.from({ length: count }, (_, index) => ({
    order: {
      by: 'suspension',
      seam: seams[index % seams.length] ?? 'begun',
      passing: 1 + wholeNumber(random, 2),
      frozenMs: Math.round(least + random() * (most - least)),
      afterMs: Math.round(random() * 500),
    },
    fault: null,
  }))
}

/** @param first of its seam: at the first passing, where a call is one that records bounces */
function seamRound(seam: GatewaySeamName, first: boolean, random: Random): Life {
  const perMessage = seam === 'arrived' || seam === 'accepted'
  const passing = first ? 1 : 1 + wholeNumber(random, perMessage ? 20 : 3)
  const delayMs = Math.round(random() ** 2 * (longestDelayMs[seam] ?? 0))
  return { order: { by: 'seam', seam, passing, delayMs }, fault: null }
}
