import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../errors/gatewayError.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { callGateway } from './client.ts'
import { isAnswered } from './isAnswered.ts'
import { type Call, ControlServer } from './server.ts'
import { socketPath } from './socketPath.ts'

let socket = ''
let server: ControlServer | null = null
let time = new FakeTime()

async function serve(call: Call): Promise<void> {
  socket = path.join(tmpdir(), `control-${randomUUID().slice(0, 8)}.sock`)
  time = new FakeTime()
  server = new ControlServer(socket, call, time)
  await server.start()
}

afterEach(async () => {
  await server?.stop(10_000)
  server = null
})

async function ask(
  input: unknown,
  { signal = new AbortController().signal, progress = (_text: string): void => undefined } = {},
): Promise<unknown> {
  return callGateway(socket, { operation: 'some.thing', input }, { signal, progress })
}

/** Ends when the asker has gone. */
async function untilGone(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

describe('the control socket', () => {
  it('answers with what the operation says, however long it is', async () => {
    const long = Array.from({ length: 20_000 }, (_, number) => ({ number, text: 'Zoë’s "news"\n'.repeat(5) }))
    await serve(async (name, input) => ({ name, input, long }))
    expect(await ask({ id: 1 })).toEqual({ value: { name: 'some.thing', input: { id: 1 }, long } })
  })

  it('is in the data folder also where its path is too long for a socket, and nowhere else', async () => {
    const folder = path.join(tmpdir(), `control-${randomUUID().slice(0, 8)}`, 'a'.repeat(120))
    mkdirSync(folder, { recursive: true })
    try {
      const long = socketPath(folder)
      expect(long).toBe(path.join(folder, 'control.sock'))
      const asking = async (): Promise<unknown> =>
        callGateway(
          long,
          { operation: 'some.thing', input: 1 },
          { signal: AbortSignal.any([]), progress: () => undefined },
        )
      expect(await asking()).toBeNull()
      expect(await isAnswered(long)).toBe(false)
      server = new ControlServer(long, async (_name, input) => input, new FakeTime())
      await server.start()
      expect(statSync(long).mode & 0o777).toBe(0o600)
      expect(await asking()).toEqual({ value: 1 })
      expect(await isAnswered(long)).toBe(true)
      await server.stop(10_000)
      expect(readdirSync(folder)).toEqual([])
      expect(await asking()).toBeNull()
      rmSync(path.dirname(folder), { recursive: true, force: true })
      // No folder either.
      expect(await asking()).toBeNull()
    } finally {
      rmSync(path.dirname(folder), { recursive: true, force: true })
    }
  })

  it('passes on what the operation throws, with its code and advice', async () => {
    await serve(async () => {
      throw new GatewayError('SITE_UNKNOWN', 'there is no site "x"', { hint: 'look' })
    })
    const failure = { code: 'SITE_UNKNOWN', message: 'there is no site "x"', hint: 'look' }
    await expect(ask({})).rejects.toMatchObject(failure)
  })

  it('tells how far it is, before the answer', async () => {
    await serve(async (_name, _input, { progress }) => {
      progress('one of two\nlines')
      progress('two of two')
      return 'done'
    })
    const words: string[] = []
    expect(await ask({}, { progress: (text) => words.push(text) })).toEqual({ value: 'done' })
    expect(words).toEqual(['one of two\nlines', 'two of two'])
  })

  it('lets the operation know when whoever asked has gone', async () => {
    const begun = Promise.withResolvers<AbortSignal>()
    await serve(async (_name, _input, { signal, progress }) => {
      begun.resolve(signal)
      await untilGone(signal)
      // Nobody hears it, and nothing breaks.
      progress('still there?')
      return null
    })
    const stop = new AbortController()
    const asked = ask({}, { signal: stop.signal })
    const signal = await begun.promise
    expect(signal.aborted).toBe(false)
    stop.abort()
    await expect(asked).rejects.toMatchObject({ code: 'COMMAND_BROKEN_OFF' })
    if (!signal.aborted) await untilGone(signal)
    expect(signal.aborted).toBe(true)
  })

  it('stops when long operations have broken off, and passes on what they say of it', async () => {
    const begun = Promise.withResolvers<void>()
    await serve(async (_name, _input, { signal }) => {
      begun.resolve()
      await untilGone(signal)
      return 'broken off'
    })
    const asked = ask({})
    await begun.promise
    await server?.stop(10_000)
    expect(await asked).toEqual({ value: 'broken off' })
    expect(await ask({})).toBeNull()
    expect(time.timers).toEqual([])
  })

  it('is not held up by an operation that does not break off, and says so to whoever waits for it', async () => {
    const begun = Promise.withResolvers<void>()
    await serve(async () => {
      begun.resolve()
      return new Promise(() => undefined)
    })
    const asked = ask({}).catch((error: unknown) => error)
    await begun.promise
    const stopped = server?.stop(3000)
    await time.advance(3000)
    await stopped
    expect(await asked).toMatchObject({ code: expect.stringMatching(/^(?:CONTROL_UNREACHABLE|COMMAND_BROKEN_OFF)$/) })
    expect(await ask({})).toBeNull()
  })
})
