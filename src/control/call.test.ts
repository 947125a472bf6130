import { describe, expect, it } from 'vitest'
import { MemorySettings, testSite } from '../testing/memorySettings.ts'
import { callOperation } from './call.ts'
import type { OperationContext } from './context.ts'

describe('an operation', () => {
  it('that breaks off because the gateway stops says so, and not that the gateway is at fault', async () => {
    const stopping = new AbortController()
    const inbox = {
      waitingIds: async () => {
        stopping.abort()
        return [1]
      },
      drop: async () => 1,
    }
    const settings = new MemorySettings({ ...testSite('main', []), mode: 'paused' })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else is asked of it
    const context = { settings, inbox, clock: { now: () => 0 } } as unknown as OperationContext
    const asker = { signal: stopping.signal, progress: () => undefined }
    await expect(callOperation(context, 'waiting.drop', { site: 'main', dryRun: false }, asker)).rejects.toMatchObject({
      code: 'COMMAND_BROKEN_OFF',
    })
  })
})
