import { describe, expect, it } from 'vitest'
import { Emitter } from './emitter.ts'

interface Events {
  readonly counted: { readonly count: number }
  readonly ended: { readonly why: string }
}

describe('Emitter', () => {
  it('tells every listener of that name, in order, until it ends', () => {
    const events = new Emitter<Events>()
    const heard: string[] = []
    const end = events.on('counted', ({ count }) => heard.push(`first ${count}`))
    events.on('counted', ({ count }) => heard.push(`second ${count}`))
    events.emit('counted', { count: 1 })
    events.emit('ended', { why: 'nobody listens' })
    end()
    events.emit('counted', { count: 2 })
    expect(heard).toEqual(['first 1', 'second 1', 'second 2'])
  })

  it('keeps a listener that throws from harming the caller and the others', () => {
    const faults: unknown[] = []
    const events = new Emitter<Events>((error) => faults.push(error))
    const fault = new Error('bad listener')
    const heard: number[] = []
    events.on('counted', () => {
      throw fault
    })
    events.on('counted', ({ count }) => heard.push(count))
    events.emit('counted', { count: 1 })
    expect(heard).toEqual([1])
    expect(faults).toEqual([fault])
  })
})
