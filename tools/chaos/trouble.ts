import type { Random } from '../../src/clock.ts'
import { type BounceToRecord, type Crm, CrmError } from '../../src/civicrm/crm.ts'
import { pick } from '../../src/simulator/random.ts'
import { withMethods } from './withMethods.ts'

/**
 * What may become of a call that records bounces:
 *
 * - `down`: it does not get there, nor does any other for a while
 * - `slow`: it takes its time
 * - `half done`: the CRM dies when a part of the bounces is recorded
 * - `silent`: the CRM dies between doing and answering
 * - `nothing done`: the CRM dies before it has begun
 */
export const troubleNames = ['down', 'slow', 'half done', 'silent', 'nothing done'] as const

export type TroubleName = (typeof troubleNames)[number]

export interface TroubleOptions {
  /** Of the calls that record bounces, 0 to 1. */
  readonly share: number
  readonly random: Random
  readonly tell: (name: TroubleName) => void
}

const downMs = { least: 50, most: 500 }
const slowMs = { least: 50, most: 400 }

/** A CRM that gets into trouble with some of its calls. What it did stands in it, whatever it says. */
export function inTrouble(crm: Crm, { share, random, tell }: TroubleOptions): Crm {
  let downUntil = 0
  const between = ({ least, most }: typeof downMs): number => least + random() * (most - least)
  const requireUp = (): void => {
    if (performance.now() >= downUntil) return
    throw new CrmError('unreachable', 'the CRM is down', { unknown: false, passes: true })
  }
  const recordBounces: Crm['recordBounces'] = async (bounces, signal) => {
    requireUp()
    if (bounces.length === 0 || random() >= share) return crm.recordBounces(bounces, signal)
    const name = pick(random, troubleNames)
    tell(name)
    if (name === 'down') {
      downUntil = performance.now() + between(downMs)
      requireUp()
    }
    if (name === 'slow') await new Promise((resolve) => setTimeout(resolve, between(slowMs)))
    if (name === 'slow' || name === 'down') return crm.recordBounces(bounces, signal)
    const done = carriedOut(name, bounces)
    if (done.length > 0) await crm.recordBounces(done, signal)
    throw new CrmError('interrupted', 'the CRM has died during the call', { unknown: true, passes: true })
  }
  return withMethods(whenUp(crm, requireUp), { recordBounces })
}

/** The same CRM, none of whose calls gets there while it is down. */
function whenUp(crm: Crm, requireUp: () => void): Crm {
  return new Proxy(crm, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name === 'close') return value.bind(target)
      return async (...asked: readonly unknown[]): Promise<unknown> => {
        requireUp()
        return Reflect.apply(value, target, asked)
      }
    },
  })
}

function carriedOut(name: TroubleName, bounces: readonly BounceToRecord[]): readonly BounceToRecord[] {
  if (name === 'nothing done') return []
  return name === 'silent' ? bounces : bounces.slice(0, Math.ceil(bounces.length / 2))
}
