import { Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FakeTime } from '../../testing/fakeTime.ts'
import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import { connectionSettings, usualTimeouts } from './connection.ts'
import { Listener } from './listener.ts'

let test: PostgresTestDatabase
beforeAll(async () => {
  test = await PostgresTestDatabase.create('empty')
})
afterAll(async () => test[Symbol.asyncDispose]())

let time: FakeTime
let listener: Listener
/** Connections that were tried, and how many of the next ones are refused. */
let tried: number
let refusals: number
beforeEach(() => {
  time = new FakeTime()
  tried = 0
  refusals = 0
  const stream = (): Socket => {
    const socket = new Socket()
    tried += 1
    if (tried <= refusals)
      socket.connect = () => {
        setImmediate(() => socket.destroy(new Error('refused')))
        return socket
      }
    return socket
  }
  listener = new Listener({ ...connectionSettings(test.url, usualTimeouts), stream }, time)
})

describe('the connection that listens', () => {
  it('is one, also where somebody asks for a channel before it is tried again by itself', async () => {
    refusals = 1
    const heard: string[] = []
    await listener.listen('one', () => heard.push('one'))
    expect(heard).toEqual([])
    await listener.listen('two', () => heard.push('two'))
    expect(heard).toEqual(['one', 'two'])
    await time.advance(10_000)
    expect(tried).toBe(2)
    await listener.close()
    expect(time.timers).toEqual([])
  })

  it('leaves no timer behind where it is closed while it is being made', async () => {
    const listening = listener.listen('one', () => undefined)
    await listener.close()
    await listening
    expect(time.timers).toEqual([])
  })
})
