import { describe, expect, it } from 'vitest'
import { KeyRing, type Keys } from './keyRing.ts'
import { rotateKeys, type RotationStep, type SealedSecret } from './rotateKeys.ts'

/** A key file and a table of secrets, and somebody who may break off at any act. */
class Machine {
  keys: Keys = { current: Buffer.alloc(32, 1), next: null, old: [] }
  secrets: readonly SealedSecret[]
  acts = 0
  /** Breaks off before (even) or after (odd) this act. */
  breaksAt = -1

  constructor(count = 3) {
    const ring = new KeyRing(this.keys)
    this.secrets = Array.from({ length: count }, (_, index) => {
      const context = `apiKey of site ${index}`
      return { context, sealed: ring.seal(`secret ${index}`, context) }
    })
  }

  async rotate(shared = false): Promise<RotationStep> {
    const { step } = await rotateKeys({
      read: () => this.keys,
      write: (keys) => this.#act(() => void (this.keys = keys)),
      resealAll: async (reseal) =>
        this.#act(() => {
          const anew = this.secrets.map((secret) => ({ context: secret.context, sealed: reseal(secret) }))
          const changed = anew.filter(({ sealed }) => sealed !== null).length
          this.secrets = this.secrets.map((secret, index) => ({
            ...secret,
            sealed: anew[index]?.sealed ?? secret.sealed,
          }))
          return changed
        }),
      shared,
    })
    return step
  }

  /** What a gateway that reads this file can open. */
  opened(keys = this.keys): readonly string[] {
    const ring = new KeyRing(keys)
    return this.secrets.map(({ sealed, context }) => ring.open(sealed, context))
  }

  #act<Result>(work: () => Result): Result {
    const act = this.acts
    this.acts += 1
    if (this.breaksAt === act * 2) throw new Error('broken off')
    const result = work()
    if (this.breaksAt === act * 2 + 1) throw new Error('broken off')
    return result
  }
}

const texts = ['secret 0', 'secret 1', 'secret 2']

describe('rotating keys', () => {
  it('on one machine leaves one key, another one, by which everything opens', async () => {
    const machine = new Machine()
    const before = machine.keys
    expect(await machine.rotate()).toBe('rotated')
    expect(machine.opened()).toEqual(texts)
    expect(machine.keys).toMatchObject({ next: null, old: [] })
    expect(() => machine.opened(before)).toThrow(expect.objectContaining({ code: 'SECRET_KEY_WRONG' }))
  })

  it('can break off at any act: everything opens at each moment, and the next run ends it', async () => {
    for (const shared of [false, true]) {
      const whole = new Machine()
      while ((await whole.rotate(shared)) !== 'rotated');
      for (let moment = 0; moment < whole.acts * 2; moment += 1) {
        const machine = new Machine()
        machine.breaksAt = moment
        const steps: (RotationStep | 'broken off')[] = []
        while (steps.at(-1) !== 'rotated') {
          steps.push(await machine.rotate(shared).catch(() => 'broken off' as const))
          expect(machine.opened()).toEqual(texts)
        }
        expect(machine.keys).toMatchObject({ next: null, old: [] })
      }
    }
  })

  it('step by step keeps every machine able to open everything, whose file is one step behind', async () => {
    const machine = new Machine()
    let laidOut = machine.keys
    for (const step of ['prepared', 'resealed', 'rotated']) {
      expect(await machine.rotate(true)).toBe(step)
      expect(machine.opened(laidOut)).toEqual(texts)
      laidOut = machine.keys
      expect(machine.opened(laidOut)).toEqual(texts)
    }
  })

  it('is refused where a secret does not open, and then changes nothing', async () => {
    const machine = new Machine()
    const lost = new KeyRing({ current: Buffer.alloc(32, 9), next: null, old: [] })
    machine.secrets = [...machine.secrets, { context: 'lost', sealed: lost.seal('x', 'lost') }]
    const { keys, secrets } = machine
    await expect(machine.rotate()).rejects.toMatchObject({ code: 'SECRET_KEY_WRONG' })
    expect(machine.keys).toBe(keys)
    expect(machine.secrets).toEqual(secrets)
  })

  it('works before anything was sealed', async () => {
    const machine = new Machine(0)
    expect(await machine.rotate()).toBe('rotated')
  })
})
