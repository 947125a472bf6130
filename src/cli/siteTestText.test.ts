import { describe, expect, it } from 'vitest'
import { notTried } from '../civicrm/remote/siteTest/report.ts'
import type { CheckResult, SiteTestReport } from '../civicrm/remote/siteTest.ts'
import { siteTestText } from './siteTestText.ts'

const failed: CheckResult = 'failed'
const unknown: CheckResult = 'unknown'

const report: SiteTestReport = {
  ok: false,
  checks: [
    { check: 'connection', result: 'ok', says: 'The site answers.', advice: null },
    {
      check: 'address',
      result: failed,
      says: 'What answers at this address is a redirect to another host.',
      advice: 'Check --url: scheme, host (with or without www), sub-folder.',
    },
    { check: 'login', result: unknown, says: notTried, advice: null },
    { check: 'timeZone', result: unknown, says: notTried, advice: null },
    { check: 'bounceMailbox', result: unknown, says: 'Only an administrator sees it.', advice: null },
  ],
  administrator: null,
  timeZone: null,
}

describe('the report of a site test', () => {
  it('names in one entry what was not tried', () => {
    const lines = siteTestText(report).split('\n')
    expect(lines).toContainEqual(
      expect.stringMatching(/^\? {8}Not tried +since something before failed: Login, Time zone$/),
    )
    expect(lines.filter((line) => line.includes('since something before'))).toHaveLength(1)
    expect(lines).toContainEqual(expect.stringMatching(/^\? {8}Bounce mailbox +Only an administrator sees it\.$/))
  })

  it.each([60, 100])('fits into a terminal of %i columns, with all its words', (columns) => {
    const text = siteTestText(report, columns)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns)
    const flat = text.replaceAll(/\s+/g, ' ')
    expect(flat).toContain('FAILED Address What answers at this address is a redirect to another host.')
    expect(flat).toContain('-> Check --url: scheme, host (with or without www), sub-folder.')
  })
})
