import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors/gatewayError.ts'
import { GroupCommit } from './groupCommit.ts'

/** Writes that end when the test says so. */
class Flights {
  readonly groups: (readonly number[])[] = []
  readonly #ends: (() => void)[] = []
  readonly group = new GroupCommit<number, string>({
    write: async (items) => {
      this.groups.push(items)
      await new Promise<void>((resolve) => {
        this.#ends.push(resolve)
      })
      if (items.includes(13)) throw Object.assign(new Error('13 is refused'), { severity: 'ERROR', code: '22003' })
      if (items.includes(99)) throw new GatewayError('STORAGE_UNAVAILABLE', 'away')
      return items.map((item) => `stored ${item}`)
    },
    bytesOf: (item) => (item >= 1000 ? item : 1),
  })

  land(): void {
    for (const end of this.#ends.splice(0)) end()
  }
}

const turn = async (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

async function landAll(flights: Flights, writes: readonly Promise<string>[]): Promise<readonly string[]> {
  const ended = new AbortController()
  const ends = Promise.allSettled(writes).then((settled) => {
    ended.abort()
    return settled.map((end) => (end.status === 'fulfilled' ? end.value : (end.reason as Error).message))
  })
  while (!ended.signal.aborted) {
    flights.land()
    await turn()
  }
  return ends
}

describe('group commit', () => {
  it('writes together what is asked for within one turn, each with its own result', async () => {
    const flights = new Flights()
    const writes = [1, 2, 3].map(async (item) => flights.group.commit(item))
    expect(flights.groups).toEqual([])
    await turn()
    expect(flights.groups).toEqual([[1, 2, 3]])
    expect(await landAll(flights, writes)).toEqual(['stored 1', 'stored 2', 'stored 3'])
  })

  it('gathers what comes while a group is on its way, and sends up to three more only when they are worth it', async () => {
    const flights = new Flights()
    const writes: Promise<string>[] = []
    const add = async (...items: readonly number[]): Promise<void> => {
      writes.push(...items.map(async (item) => flights.group.commit(item)))
      await turn()
    }
    await add(1)
    await add(2)
    await add(3, 4)
    expect(flights.groups).toEqual([[1]])
    await add(...Array.from({ length: 40 }, (_, index) => 100 + index))
    expect(flights.groups.map((group) => group.length)).toEqual([1, 43])
    await add(...Array.from({ length: 300 }, (_, index) => 200 + index))
    expect(flights.groups.map((group) => group.length)).toEqual([1, 43, 128, 128])
    const ends = await landAll(flights, writes)
    expect(ends.every((end) => end.startsWith('stored'))).toBe(true)
    expect(flights.groups.flat()).toEqual(flights.groups.flat().toSorted((a, b) => a - b))
  })

  it('sends no more bytes at once than a statement should have', async () => {
    const flights = new Flights()
    const writes = [3_000_000, 3_000_000, 1].map(async (item) => flights.group.commit(item))
    await landAll(flights, writes)
    expect(flights.groups).toEqual([[3_000_000], [3_000_000, 1]])
  })

  it('writes each alone where the server refuses one of them', async () => {
    const flights = new Flights()
    const writes = [12, 13, 14].map(async (item) => flights.group.commit(item))
    expect(await landAll(flights, writes)).toEqual(['stored 12', '13 is refused', 'stored 14'])
  })

  it('rejects the whole group where the storage fails, and goes on with the next', async () => {
    const flights = new Flights()
    const writes = [98, 99].map(async (item) => flights.group.commit(item))
    expect(await landAll(flights, writes)).toEqual(['away', 'away'])
    expect(await landAll(flights, [flights.group.commit(1)])).toEqual(['stored 1'])
  })

  it('takes no more than it can hold, by number and by bytes, and is free again afterwards', async () => {
    const flights = new Flights()
    const writes = Array.from({ length: 4096 }, async () => flights.group.commit(1))
    await expect(flights.group.commit(1)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    await landAll(flights, writes)
    const large = Array.from({ length: 16 }, async () => flights.group.commit(4_000_000))
    await expect(flights.group.commit(4_000_000)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    await landAll(flights, large)
    expect(await landAll(flights, [flights.group.commit(2)])).toEqual(['stored 2'])
  })
})
