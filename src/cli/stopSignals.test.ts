import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { stopAtSignals } from './stopSignals.ts'

function started(hasTerminal: boolean): {
  readonly process: EventEmitter
  readonly stopped: AbortSignal
  readonly exits: number[]
  readonly pass: (ms: number) => void
} {
  const process = new EventEmitter()
  const exits: number[] = []
  let time = 0
  const stopped = stopAtSignals({ process, hasTerminal, elapsed: () => time, exit: (code) => exits.push(code) })
  return { process, stopped, exits, pass: (ms) => (time += ms) }
}

describe('a signal to stop', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%s ends in order, and at once only when it comes again later', (signal, code) => {
    const { process, stopped, exits, pass } = started(true)
    expect(stopped.aborted).toBe(false)
    process.emit(signal)
    expect(stopped.aborted).toBe(true)
    // Handed on by npm.
    process.emit(signal)
    pass(20)
    process.emit(signal)
    expect(exits).toEqual([])
    pass(2000)
    process.emit(signal)
    expect(exits).toEqual([code])
  })

  it('is no SIGHUP where there is no terminal, before or after', () => {
    const { process, stopped, exits, pass } = started(false)
    process.emit('SIGHUP')
    expect(stopped.aborted).toBe(false)
    process.emit('SIGTERM')
    expect(stopped.aborted).toBe(true)
    pass(5000)
    process.emit('SIGHUP')
    expect(exits).toEqual([])
  })
})
