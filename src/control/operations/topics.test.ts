import { describe, expect, it } from 'vitest'
import { MemorySettings, testSite } from '../../testing/memorySettings.ts'
import { nobodyWaits } from '../../testing/nobodyWaits.ts'
import { callOperation } from '../call.ts'
import type { OperationContext } from '../context.ts'

const arn = (name: string): string => `arn:aws:sns:eu-west-1:111122223333:${name}`

/** Settings that take a moment to be stored, as a database does. */
class SlowSettings extends MemorySettings {
  override async saveSite(...given: Parameters<MemorySettings['saveSite']>): Promise<void> {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    await super.saveSite(...given)
  }
}

describe('topics that are allowed', () => {
  it('stay so where two commands change one site at the same time, and so does what another one changes of it', async () => {
    const settings = new SlowSettings(testSite('main', []))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else is asked of it
    const context = { settings, allowTopic: async () => [] } as unknown as OperationContext
    const call = async (name: string, input: object): Promise<unknown> =>
      callOperation(context, name, input, nobodyWaits)
    await Promise.all([
      call('topics.allow', { site: 'main', topic: arn('one') }),
      call('topics.allow', { site: 'main', topic: arn('other') }),
      call('sites.mode', { id: 'main', mode: 'paused' }),
      call('topics.disallow', { site: 'main', topic: arn('one') }),
    ])
    expect(settings.site('main')).toMatchObject({ topics: [arn('other')], mode: 'paused' })
  })
})
