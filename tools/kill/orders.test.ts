import { describe, expect, it } from 'vitest'
import { gatewaySeamNames } from '../../src/compose/seam.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import { layRounds, type Round } from './orders.ts'

const none = { names: [], count: 0 }

function seamsOf(rounds: readonly Round[]): readonly string[] {
  return rounds.flatMap(({ order }) => (order.by === 'seam' ? [order.seam] : []))
}

describe('the rounds of a run', () => {
  it('end a gateway at each seam alike, and a fifth of them at any moment', () => {
    const rounds = layRounds(50, none, seededRandom('rounds'))
    expect(rounds).toHaveLength(50)
    const seams = seamsOf(rounds)
    expect(seams).toHaveLength(40)
    for (const seam of gatewaySeamNames)
      expect(seams.filter((one) => one === seam).length).toBeGreaterThanOrEqual(
        Math.floor(40 / gatewaySeamNames.length),
      )
  })

  it('meet every seam even in a short run', () => {
    expect(new Set(seamsOf(layRounds(gatewaySeamNames.length + 1, none, seededRandom('short'))))).toEqual(
      new Set(gatewaySeamNames),
    )
  })

  it('strike the servers of the CRM in turn, in rounds that are killed from outside', () => {
    const rounds = layRounds(50, { names: ['php killed', 'mariadb stopped'], count: 10 }, seededRandom('faults'))
    expect(rounds).toHaveLength(50)
    const shaken = rounds.filter(({ fault }) => fault !== null)
    expect(shaken.filter(({ fault }) => fault?.name === 'php killed')).toHaveLength(5)
    expect(shaken.every(({ order }) => order.by === 'outside')).toBe(true)
  })

  it('are the same for the same seed', () => {
    const lay = (seed: string): readonly Round[] => layRounds(20, none, seededRandom(seed))
    expect(lay('one')).toEqual(lay('one'))
    expect(lay('one')).not.toEqual(lay('two'))
  })
})
