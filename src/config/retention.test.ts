import { describe, expect, it } from 'vitest'
import { checkConfig } from './load.ts'

function problems(retention: object): readonly string[] {
  const checked = checkConfig(JSON.stringify({ retention }), {})
  return checked.ok ? [] : checked.problems.map(({ message }) => message)
}

describe('how long what is kept', () => {
  it('has usual values', () => {
    const checked = checkConfig('', {})
    expect(checked.ok && checked.value.retention).toEqual({
      rawMessages: 30,
      opensAndClicks: 30,
      facts: 90,
      addresses: 365,
      messageKeys: 90,
      ledger: 1095,
    })
  })

  it('may be for ever', () => {
    const never = { addresses: 'never', ledger: 'never' }
    const checked = checkConfig(JSON.stringify({ retention: never }), {})
    expect(checked.ok && checked.value.retention).toMatchObject({ addresses: null, ledger: null })
  })

  it('is at least 37 days for the keys of messages, and the reason is said', () => {
    expect(problems({ messageKeys: 37 })).toEqual([])
    expect(problems({ messageKeys: 36.9 })).toEqual([expect.stringMatching(/at least 37.*23 days.*14 more/)])
  })

  it.each([
    [{ rawMessages: 91 }, /messageKeys.*opensAndClicks|opensAndClicks|messageKeys/],
    [{ rawMessages: 60 }, /opensAndClicks/],
    [{ facts: 400 }, /addresses/],
    [{ addresses: 'never' }, /ledger/],
    [{ addresses: 20 }, /addresses/],
  ])('refuses %j, by which one age would undo another', (retention, reason) => {
    const found = problems(retention)
    expect(found.length).toBeGreaterThan(0)
    expect(found.join()).toMatch(reason)
  })
})
