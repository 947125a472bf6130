import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReleasedRow } from '../civicrm/crm.ts'
import type { Removals } from '../suppression/removals.ts'
import { ownReleaseMs, type ReleaseStore } from './releaseStore.ts'

export interface ReleasesBench {
  readonly releases: ReleaseStore
  readonly removals: Removals
  close(): Promise<void>
}

const now = Date.UTC(2026, 10, 24, 12)
const minute = 60_000

function released(emailId: number, more: Partial<ReleasedRow> = {}): ReleasedRow {
  const email = `reader${emailId}@example.org`
  return { emailId, contactId: emailId + 100, email, resetDate: now - minute, holdDate: null, ...more }
}

const half = released(3, { resetDate: null, holdDate: now - 60 * minute })

/** What every store of releases must do, whichever database is behind it. */
export function describeReleaseStore(name: string, open: () => Promise<ReleasesBench>): void {
  describe(`releases in ${name}`, () => {
    let bench: ReleasesBench
    let releases: ReleaseStore
    beforeEach(async () => {
      bench = await open()
      releases = bench.releases
    })
    afterEach(async () => bench.close())

    const keep = async (site: string, news: readonly ReleasedRow[], at = now): Promise<void> =>
      releases.keep(site, { news, mark: `mark ${at}`, at })
    const ids = async (site: string, rows: readonly ReleasedRow[]): Promise<readonly number[]> =>
      (await releases.news(site, rows)).map(({ emailId }) => emailId)

    it('know how far each site was read', async () => {
      expect(await releases.marks()).toEqual(new Map())
      await keep('alpha', [])
      await keep('beta', [], now + 1)
      await keep('alpha', [], now + 2)
      expect(await releases.marks()).toEqual(
        new Map([
          ['alpha', { mark: `mark ${now + 2}`, readAt: now + 2 }],
          ['beta', { mark: `mark ${now + 1}`, readAt: now + 1 }],
        ]),
      )
    })

    it('are news once, and again when the row was held and released anew', async () => {
      const rows = [released(1), released(2), half]
      expect(await ids('alpha', rows)).toEqual([1, 2, 3])
      await keep('alpha', rows)
      await keep('alpha', rows)
      expect(await ids('alpha', rows)).toEqual([])
      expect(await releases.list({ limit: 10 })).toHaveLength(3)
      expect(await ids('beta', rows)).toEqual([1, 2, 3])
      const again = [released(1, { resetDate: now + minute }), { ...half, holdDate: now }]
      expect(await ids('alpha', again)).toEqual([1, 3])
      expect(await ids('alpha', [released(9, { resetDate: null })])).toEqual([])
      expect(await ids('alpha', [])).toEqual([])
    })

    it('of an undo are no news, though two clocks differ', async () => {
      await releases.undone('alpha', [{ emailId: 1, contactId: 101, email: 'reader1@example.org' }], now)
      await releases.undone('alpha', [], now)
      const at = (resetDate: number): readonly ReleasedRow[] => [released(1, { resetDate })]
      expect(await ids('alpha', at(now - ownReleaseMs))).toEqual([])
      expect(await ids('alpha', at(now + ownReleaseMs))).toEqual([])
      expect(await ids('alpha', at(now + ownReleaseMs + 1))).toEqual([1])
      expect(await ids('alpha', at(now - ownReleaseMs - 1))).toEqual([1])
      expect(await ids('alpha', [released(2, { resetDate: now })])).toEqual([2])
      expect(await ids('alpha', [{ ...half, emailId: 1, holdDate: now }])).toEqual([1])
    })

    it('are listed, newest first, with what became of them on the suppression list', async () => {
      await keep('alpha', [released(1)], now)
      await keep('alpha', [half], now + 1)
      await releases.undone('beta', [{ emailId: 4, contactId: 104, email: 'reader4@example.org' }], now + 2)
      await bench.removals.want({ site: 'alpha', addresses: ['reader1@example.org'], origin: 'civicrm', at: now })
      expect(await releases.list({ limit: 10 })).toEqual([
        {
          id: expect.any(Number),
          site: 'beta',
          emailId: 4,
          contactId: 104,
          address: 'reader4@example.org',
          form: 'reset',
          dated: now + 2,
          foundAt: now + 2,
          origin: 'undo',
          suppression: null,
          suppressionError: null,
        },
        expect.objectContaining({ emailId: 3, form: 'half', dated: now - 60 * minute, origin: 'civicrm' }),
        expect.objectContaining({ emailId: 1, form: 'reset', dated: now - minute, suppression: 'wanted' }),
      ])
      const [wanted] = await bench.removals.due(now, 1)
      const inVain = { state: 'wanted', at: now + minute, error: 'AccessDeniedException' } as const
      await bench.removals.settle([{ ...wanted!, ...inVain }])
      expect((await releases.list({ limit: 10 })).map(({ suppressionError }) => suppressionError)).toEqual([
        null,
        null,
        'AccessDeniedException',
      ])
      const found = async (filter: Partial<Parameters<ReleaseStore['list']>[0]>): Promise<readonly number[]> =>
        (await releases.list({ limit: 10, ...filter })).map(({ emailId }) => emailId)
      expect(await found({ site: 'alpha' })).toEqual([3, 1])
      expect(await found({ since: now + 1 })).toEqual([4, 3])
      expect(await found({ limit: 1 })).toEqual([4])
    })
  })
}
