import { describe, expect, it } from 'vitest'
import { gatewaySeamNames } from '../../src/compose/seam.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import { layRounds, type Round, type RoundOptions } from './orders.ts'

function lay(kills: number, seed: string, faults: RoundOptions['faults'] = { names: [], count: 0 }): readonly Round[] {
  return layRounds({ kills, seams: gatewaySeamNames, instances: 3, suspensions: 0, faults, random: seededRandom(seed) })
}

function seamsOf(rounds: readonly Round[]): readonly string[] {
  return rounds.flatMap(({ order }) => (order.by === 'seam' ? [order.seam] : []))
}

describe('the rounds of a run', () => {
  it('end a gateway at each seam alike, and a fifth of them at any moment', () => {
    const rounds = lay(50, 'rounds')
    expect(rounds).toHaveLength(50)
    const seams = seamsOf(rounds)
    expect(seams).toHaveLength(40)
    for (const seam of gatewaySeamNames)
      expect(seams.filter((one) => one === seam).length).toBeGreaterThanOrEqual(
        Math.floor(40 / gatewaySeamNames.length),
      )
  })

  it('meet every seam even in a short run', () => {
    expect(new Set(seamsOf(lay(gatewaySeamNames.length + 1, 'short')))).toEqual(new Set(gatewaySeamNames))
  })

  it('strike the servers of the CRM in turn, in rounds that are killed from outside', () => {
    const rounds = lay(50, 'faults', { names: ['php killed', 'mariadb stopped'], count: 10 })
    expect(rounds).toHaveLength(50)
    const shaken = rounds.filter(({ fault }) => fault !== null)
    expect(shaken.filter(({ fault }) => fault?.name === 'php killed')).toHaveLength(5)
    expect(shaken.every(({ order }) => order.by === 'outside')).toBe(true)
  })

  it('freeze gateways in the midst of their work, where others can take it over', () => {
    const options = { kills: 10, suspensions: 4, seams: gatewaySeamNames, faults: { names: [], count: 0 } }
    const suspended = (instances: number): readonly Round[] =>
      layRounds({ ...options, instances, random: seededRandom('frozen') }).filter(
        ({ order }) => order.by === 'suspension',
      )
    expect(suspended(3)).toHaveLength(4)
    expect(suspended(1)).toEqual([])
  })

  it('fall on every one of the gateways that share the work', () => {
    expect(new Set(lay(50, 'instances').map(({ instance }) => instance))).toEqual(new Set([0, 1, 2]))
  })

  it('are the same for the same seed', () => {
    expect(lay(20, 'one')).toEqual(lay(20, 'one'))
    expect(lay(20, 'one')).not.toEqual(lay(20, 'two'))
  })
})
