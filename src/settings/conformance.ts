import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../errors/gatewayError.ts'
import { testSite } from '../testing/memorySettings.ts'
import { storedSiteSchema } from './site.ts'
import type { Confirmation, NewConfirmation, Settings } from './settings.ts'

/** Empty settings of an engine. */
export interface SettingsBench {
  readonly settings: Settings
  readonly keyFile: string
  /** The process ends without any word; answers with what the next one opens, with the same key. */
  crash(): Promise<Settings>
  /** Every byte that is stored, to see what must not be readable in it. */
  storedBytes(): Promise<Buffer>
  close(): Promise<void>
}

const receivedAt = Date.UTC(2026, 5, 2, 8, 20, 5)
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:ses-feedback'

function confirmation(number: number, more: Partial<NewConfirmation> = {}): NewConfirmation {
  return {
    addressed: '',
    site: '',
    topicArn,
    messageId: `message-${number}`,
    token: `token-${number}`,
    receivedAt,
    publishedAt: null,
    state: 'due',
    raw: new TextEncoder().encode(`{"number":${number}}`),
    ...more,
  }
}

/** What all settings must do, whichever database is behind them. */
export function describeSettings(name: string, open: () => Promise<SettingsBench>): void {
  describe(`the settings in ${name}`, () => {
    let bench: SettingsBench
    let settings: Settings
    beforeEach(async () => {
      bench = await open()
      settings = bench.settings
    })
    afterEach(async () => {
      await bench.close()
    })

    it('can be read with a time zone that only another Node knows', async () => {
      const crm = { type: 'civicrm', url: 'https://crm.example.org', timeZone: 'Mars/Elysium' } as const
      await settings.saveSite(storedSiteSchema.parse({ ...testSite('alpha'), crm }))
      settings = await bench.crash()
      expect(settings.site('alpha')?.crm).toMatchObject({ timeZone: 'Mars/Elysium' })
    })

    describe('require the key', () => {
      const required = (): string => {
        try {
          settings.requireKey()
          return 'there'
        } catch (error) {
          return error instanceof GatewayError ? `${error.code}: ${error.message} ${error.hint}` : String(error)
        }
      }

      it('of nobody who has sealed nothing, and make none for that', async () => {
        await settings.saveSite(testSite('alpha'))
        expect(required()).toBe('there')
        expect(existsSync(bench.keyFile)).toBe(false)
        await settings.saveSecret('alpha', 'apiKey', 'swordfish')
        settings = await bench.crash()
        expect(required()).toBe('there')
      })

      it('also where only the key of pseudonyms is sealed; where the file is missing they say what to do', async () => {
        await settings.keepSecret('', 'addressKey', 'swordfish')
        rmSync(bench.keyFile)
        settings = await bench.crash()
        expect(required()).toMatch(/^SECRET_KEY_MISSING: .*keyFile .*CIVICRM_SES_KEY_FILE.* forget-lost/)
        expect(required()).toContain(bench.keyFile)
        expect(existsSync(bench.keyFile)).toBe(false)
      })

      it('that opens something: one who lost it enters the secrets anew, one by one', async () => {
        await settings.saveSecret('alpha', 'apiKey', 'swordfish')
        writeFileSync(bench.keyFile, `${Buffer.alloc(32, 7).toString('base64')}\n`)
        settings = await bench.crash()
        expect(required()).toMatch(/^SECRET_KEY_WRONG: .* forget-lost/)
        expect(settings.hasSecret('alpha', 'apiKey')).toBe(true)
        await settings.saveSecret('beta', 'apiKey', 'marlin')
        expect(required()).toBe('there')
        writeFileSync(bench.keyFile, 'no key')
        expect(required()).toMatch(/^SECRET_KEY_INVALID/)
      })
    })

    describe('queues', () => {
      const queue = 'arn:aws:sqs:eu-west-1:123456789012:ses'

      it('are kept, sorted by ARN, replaced and removed', async () => {
        await settings.saveQueue({ arn: `${queue}-two`, site: null })
        await settings.saveQueue({ arn: queue, site: null })
        await settings.saveQueue({ arn: queue, site: 'alpha' })
        settings = await bench.crash()
        expect(settings.queues()).toEqual([
          { arn: queue, site: 'alpha' },
          { arn: `${queue}-two`, site: null },
        ])
        expect(await settings.removeQueue(queue)).toBe(true)
        expect(await settings.removeQueue(queue)).toBe(false)
        expect(settings.queues()).toEqual([{ arn: `${queue}-two`, site: null }])
      })

      it('are refused where they do not fit', async () => {
        for (const arn of ['ses', `${queue}.fifo`, 'arn:aws:sns:eu-west-1:123456789012:ses'])
          await expect(settings.saveQueue({ arn, site: null })).rejects.toMatchObject({ code: 'QUEUE_INVALID' })
        expect(settings.queues()).toEqual([])
      })

      it('are news when they change, of no site', async () => {
        const told: (readonly string[])[] = []
        settings.onChange((sites) => told.push([...sites]))
        await settings.saveQueue({ arn: queue, site: 'alpha' })
        await settings.removeQueue(queue)
        expect(told).toEqual([[], []])
      })
    })

    describe('sites', () => {
      it('are kept whole, and sorted by id', async () => {
        const sites = [
          testSite('zeta', [topicArn], { mail: { localpart: 'bounce+', domains: ['crm.example.org'] } }),
          testSite('alpha', [], { policy: { preset: 'careful' }, mode: 'watch' }),
        ]
        for (const site of sites) await settings.saveSite(site)
        settings = await bench.crash()
        expect(settings.sites()).toEqual([sites[1], sites[0]])
        expect(settings.site('zeta')).toEqual(sites[0])
        expect(settings.site('beta')).toBeNull()
      })

      it('are replaced as a whole', async () => {
        await settings.saveSite(testSite('alpha', [topicArn]))
        expect(settings.site('alpha')?.topics).toEqual([topicArn])
        await settings.saveSite(testSite('alpha'))
        expect(settings.sites()).toEqual([testSite('alpha')])
      })

      it('are stored with the secrets that are named, the others stay', async () => {
        await settings.saveSite(testSite('alpha'), { apiKey: 'swordfish', siteKey: 'tuna' })
        await settings.saveSite(testSite('alpha', [topicArn]), { apiKey: 'marlin' })
        settings = await bench.crash()
        const secrets = (): unknown => [settings.secret('alpha', 'apiKey'), settings.secret('alpha', 'siteKey')]
        expect(settings.sites()).toEqual([testSite('alpha', [topicArn])])
        expect(secrets()).toEqual(['marlin', 'tuna'])
        await settings.saveSite(testSite('alpha'), { siteKey: null })
        expect(secrets()).toEqual(['marlin', null])
      })

      it('are not stored where a secret of theirs cannot be sealed, and not changed', async () => {
        await settings.saveSite(testSite('alpha'), { apiKey: 'swordfish' })
        rmSync(bench.keyFile)
        settings = await bench.crash()
        for (const site of [testSite('beta'), testSite('alpha', [topicArn])]) {
          const saved = settings.saveSite(site, { siteKey: null, apiKey: 'marlin' })
          await expect(saved).rejects.toMatchObject({ code: 'SECRET_KEY_MISSING' })
        }
        expect(settings.sites()).toEqual([testSite('alpha')])
        settings = await bench.crash()
        expect(settings.sites()).toEqual([testSite('alpha')])
        expect(settings.hasSecret('beta', 'apiKey')).toBe(false)
      })

      it('leave no secret behind where they do not fit themselves', async () => {
        const broken = { ...testSite('alpha'), mode: 'sideways' as 'watch' }
        await expect(settings.saveSite(broken, { apiKey: 'marlin' })).rejects.toMatchObject({ code: 'SITE_INVALID' })
        expect(settings.hasSecret('alpha', 'apiKey')).toBe(false)
      })

      it('are removed with their secrets', async () => {
        await settings.saveSite(testSite('alpha'))
        await settings.saveSecret('alpha', 'apiKey', 'swordfish')
        expect(await settings.removeSite('alpha')).toBe(true)
        expect(await settings.removeSite('alpha')).toBe(false)
        expect(settings.site('alpha')).toBeNull()
        await settings.saveSite(testSite('alpha'))
        expect(settings.secret('alpha', 'apiKey')).toBeNull()
      })

      it('are refused where they do not fit', async () => {
        const broken = { ...testSite('alpha'), mode: 'sideways' as 'watch' }
        await expect(settings.saveSite(broken)).rejects.toMatchObject({ code: 'SITE_INVALID' })
        expect(settings.sites()).toEqual([])
      })
    })

    describe('secrets', () => {
      it('are kept by site and name, over a restart, until they are taken away', async () => {
        await settings.saveSecret('alpha', 'apiKey', 'swordfish')
        await settings.saveSecret('alpha', 'siteKey', 'sébastien')
        await settings.saveSecret('beta', 'apiKey', 'tuna')
        settings = await bench.crash()
        expect(settings.secret('alpha', 'apiKey')).toBe('swordfish')
        expect(settings.secret('alpha', 'siteKey')).toBe('sébastien')
        expect(settings.secret('beta', 'apiKey')).toBe('tuna')
        expect(settings.secret('beta', 'siteKey')).toBeNull()
        expect(settings.hasSecret('beta', 'apiKey')).toBe(true)
        expect(settings.hasSecret('beta', 'siteKey')).toBe(false)
        await settings.saveSecret('alpha', 'apiKey', 'marlin')
        await settings.saveSecret('beta', 'apiKey', null)
        expect(settings.secret('alpha', 'apiKey')).toBe('marlin')
        expect(settings.secret('beta', 'apiKey')).toBeNull()
      })

      it('are kept as they are by those who only want one to be there', async () => {
        const kept = await Promise.all(
          ['first', 'second'].map(async (value) => settings.keepSecret('', 'addressKey', value)),
        )
        expect(new Set(kept).size).toBe(1)
        expect(settings.secret('', 'addressKey')).toBe(kept[0])
        settings = await bench.crash()
        expect(await settings.keepSecret('', 'addressKey', 'third')).toBe(kept[0])
      })

      it('are not readable in what is stored', async () => {
        await settings.saveSecret('alpha', 'apiKey', 'swordfish')
        const bytes = await bench.storedBytes()
        expect(bytes.includes('alpha')).toBe(true)
        expect(bytes.includes('swordfish')).toBe(false)
      })
    })

    describe('telling of changes', () => {
      it('comes after each change of a site or secret, and shows it', async () => {
        const seen: unknown[] = []
        const end = settings.onChange(() => seen.push([settings.sites().length, settings.secret('alpha', 'apiKey')]))
        await settings.saveSite(testSite('alpha'))
        await settings.saveSecret('alpha', 'apiKey', 'swordfish')
        await settings.removeSite('alpha')
        await settings.removeSite('alpha')
        expect(seen).toEqual([
          [1, null],
          [1, 'swordfish'],
          [0, null],
        ])
        end()
        await settings.saveSite(testSite('alpha'))
        expect(seen).toHaveLength(3)
      })

      it('names the sites that changed, and leaves what is known of the others as it is', async () => {
        await settings.saveSite(testSite('alpha'))
        await settings.saveSite(testSite('gamma'))
        const alpha = settings.site('alpha')
        const told: string[][] = []
        settings.onChange((sites) => told.push([...sites]))
        await settings.saveSite(testSite('beta'))
        await settings.saveSecret('beta', 'apiKey', 'swordfish')
        await settings.saveSite({ ...testSite('gamma'), name: 'Gamma' })
        await settings.removeSite('beta')
        expect(told).toEqual([['beta'], ['beta'], ['gamma'], ['beta']])
        expect(settings.site('alpha')).toBe(alpha)
        expect(settings.sites().map(({ name }) => name)).toEqual(['alpha', 'Gamma'])
      })
    })

    describe('confirmations', () => {
      const only = async (): Promise<Confirmation> => {
        const [one] = await settings.confirmations.list()
        return one!
      }

      it('are kept whole, and once however often they come', async () => {
        const raw = Uint8Array.from({ length: 256 }, (_, index) => index)
        const kept = confirmation(1, { site: 'alpha', publishedAt: receivedAt - 5, raw })
        expect(await settings.confirmations.save(kept)).toBe('stored')
        expect(await settings.confirmations.save({ ...kept, messageId: 'other', state: 'pending' })).toBe('duplicate')
        settings = await bench.crash()
        expect(await settings.confirmations.list()).toEqual([
          {
            ...kept,
            raw: expect.toSatisfy((read: Uint8Array) => Buffer.from(read).equals(raw)),
            id: (await only()).id,
            attempts: 0,
            nextAttemptAt: receivedAt,
            subscriptionArn: null,
            authenticated: false,
            lastError: null,
            settledAt: null,
          },
        ])
      })

      it('are told apart by address, topic and token', async () => {
        const outcomes = [
          confirmation(1),
          confirmation(2),
          confirmation(1, { addressed: 'alpha' }),
          confirmation(1, { topicArn: `${topicArn}-2` }),
        ].map(async (one) => settings.confirmations.save(one))
        expect(await Promise.all(outcomes)).toEqual(['stored', 'stored', 'stored', 'stored'])
      })

      it('are due from their next attempt on, pending ones never', async () => {
        await settings.confirmations.save(confirmation(1))
        await settings.confirmations.save(confirmation(2, { state: 'pending' }))
        const due = async (now: number): Promise<readonly string[]> =>
          (await settings.confirmations.due(now)).map(({ token }) => token)
        expect(await due(receivedAt - 1)).toEqual([])
        expect(await due(receivedAt)).toEqual(['token-1'])
        const retry = { state: 'due', nextAttemptAt: receivedAt + 1000, error: 'SNS is silent' } as const
        await settings.confirmations.settle((await only()).id, retry)
        expect(await due(receivedAt + 999)).toEqual([])
        expect(await due(receivedAt + 1000)).toEqual(['token-1'])
        expect(await only()).toMatchObject({ attempts: 1, lastError: 'SNS is silent', state: 'due' })
      })

      it('become due for a site when their topic is allowed, which is no attempt', async () => {
        await settings.confirmations.save(confirmation(1, { state: 'pending' }))
        await settings.confirmations.settle((await only()).id, {
          state: 'due',
          nextAttemptAt: receivedAt + 5,
          error: null,
          site: 'alpha',
        })
        expect(await only()).toMatchObject({ state: 'due', site: 'alpha', attempts: 0, nextAttemptAt: receivedAt + 5 })
      })

      it('end confirmed or failed; a failure comes too late for what is confirmed, never the other way round', async () => {
        await settings.confirmations.save(confirmation(1))
        const { id } = await only()
        await settings.confirmations.settle(id, { state: 'failed', at: receivedAt + 1, error: 'expired' })
        expect(await only()).toMatchObject({ state: 'failed', lastError: 'expired', settledAt: receivedAt + 1 })
        await settings.confirmations.settle(id, { state: 'due', nextAttemptAt: 0, error: 'late' })
        expect((await only()).state).toBe('failed')
        const subscriptionArn = `${topicArn}:subscription`
        const confirmed = { state: 'confirmed', at: receivedAt + 2, subscriptionArn, authenticated: true } as const
        await settings.confirmations.settle(id, confirmed)
        const expected = {
          state: 'confirmed',
          subscriptionArn,
          authenticated: true,
          lastError: null,
          settledAt: receivedAt + 2,
        }
        expect(await only()).toMatchObject(expected)
        await settings.confirmations.settle(id, { state: 'failed', at: receivedAt + 3, error: 'expired' })
        expect(await only()).toMatchObject(expected)
      })

      it('keep a bounded number of pending ones: the oldest gives way, those of allowed topics never', async () => {
        await settings.confirmations.save(confirmation(0))
        for (let number = 1; number <= 105; number += 1)
          await settings.confirmations.save(confirmation(number, { state: 'pending' }))
        const tokens = (await settings.confirmations.list()).map(({ token }) => token)
        expect(tokens).toHaveLength(101)
        expect(tokens.slice(0, 2)).toEqual(['token-0', 'token-6'])
        // What gave way may come again.
        expect(await settings.confirmations.save(confirmation(1, { state: 'pending' }))).toBe('stored')
      })

      it('keep a bounded number of failed ones, which push out none that stands', async () => {
        const { confirmations } = settings
        await confirmations.save(confirmation(0))
        const subscriptionArn = `${topicArn}:subscription`
        const confirmed = { state: 'confirmed', at: receivedAt, subscriptionArn, authenticated: true } as const
        await confirmations.settle((await only()).id, confirmed)
        for (let round = 0; round < 6; round += 1) {
          const numbers = Array.from({ length: 90 }, (_, index) => 1 + round * 90 + index)
          for (const number of numbers) await confirmations.save(confirmation(number, { state: 'pending' }))
          for (const { id, state } of await confirmations.list())
            if (state === 'pending')
              await confirmations.settle(id, { state: 'failed', at: receivedAt, error: 'expired' })
        }
        await confirmations.save(confirmation(1000))
        const kept = await confirmations.list()
        expect(kept.filter(({ state }) => state === 'failed')).toHaveLength(500)
        expect(kept[0]).toMatchObject({ token: 'token-0', state: 'confirmed', subscriptionArn })
      })
    })
  })
}
