import { describe, expect, it } from 'vitest'
import { runFuzz } from './run.ts'

describe('a gateway to which anything is posted', () => {
  // The long run is `npm run fuzz`; this one sees to it that nothing simple breaks, and that the tool works.
  it('answers, records, and neither fails nor falls behind', { timeout: 120_000 }, async () => {
    const { sent, failures, recorded, answers } = await runFuzz({ seed: 'test', count: 3000 })
    expect(failures).toEqual([])
    expect(sent).toBe(3000)
    expect(recorded.notifications).toBeGreaterThan(1500)
    expect(Object.keys(recorded.effects)).toEqual(
      expect.arrayContaining(['bounce done', 'bounce watched', 'hold done', 'optOut done', 'alarm done']),
    )
    expect([...answers.keys()]).toEqual(
      expect.arrayContaining([
        'inner 200',
        'forged 403',
        'envelope 400',
        'http 405',
        'http 404',
        'bytes 400',
        'raw 431',
      ]),
    )
  })
})
