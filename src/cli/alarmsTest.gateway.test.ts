import { afterEach, beforeEach, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'

const channel = (name: string, program: string) => ({ type: 'command', name, command: [program] })

let bench: GatewayBench
beforeEach(async () => {
  bench = await GatewayBench.make()
  await bench.configure({ alarms: { channels: [channel('pager', 'true'), channel('log', 'true')] } })
  await bench.start()
})
afterEach(async () => bench[Symbol.asyncDispose]())

it('tries the channels that the gateway was started with, and says where the file has others by now', async () => {
  expect(await bench.command(['alarms', 'test'])).toMatchObject({ code: 0, err: '' })
  await bench.configure({ alarms: { channels: [channel('pager', 'false'), channel('chat', 'true')] } })
  const { code, out, err } = await bench.command(['alarms', 'test'])
  expect({ code, err }).toEqual({
    code: 1,
    err:
      'Warning: the running gateway lacks chat, has other settings for pager, still has log: it read the channels at ' +
      'its start. Restart it to have those of the file.\n',
  })
  expect(out).toMatch(/pager +sent\nlog +sent\n$/)
  await bench.stop()
  await bench.start()
  expect(await bench.command(['alarms', 'test'])).toMatchObject({
    code: 1,
    err: '',
    out: expect.stringMatching(/pager +false ended with 1.*\nchat +sent/),
  })
})

it('does not say that no channel is configured where only the gateway has none', async () => {
  await bench.stop()
  await bench.configure({})
  await bench.start()
  expect((await bench.command(['alarms', 'test'])).out).toContain('No channel is configured')
  await bench.configure({ alarms: { channels: [channel('pager', 'true')] } })
  expect(await bench.command(['alarms', 'test'])).toMatchObject({
    code: 1,
    out: 'The running gateway has no channel.\n',
    err: expect.stringContaining('lacks pager'),
  })
})
