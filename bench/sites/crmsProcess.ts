import { type Breakage, ManyCrms } from '../../src/testing/manyCrms.ts'

/**
 * The CiviCRMs of the measurement, in a process of their own as in life; started with `fork`. What the
 * parent may send, and what comes back:
 */
export type CrmsAsked =
  | { readonly ask: 'break'; readonly site: string; readonly how: Breakage }
  | { readonly ask: 'recorded' }
  | { readonly ask: 'end' }

export type CrmsTold =
  | { readonly told: 'ready'; readonly url: string }
  | { readonly told: 'broken' }
  /** Moments (epoch ms) at which each queue row's bounces were recorded, by site. */
  | { readonly told: 'recorded'; readonly bounces: readonly SiteBounces[] }

export interface SiteBounces {
  readonly site: string
  readonly rows: readonly { readonly queueId: number; readonly at: readonly number[] }[]
}

const latencyMs = Number(process.argv[2])
const crms = await ManyCrms.start(latencyMs)
const tell = (told: CrmsTold): void => void process.send?.(told)

process.on('message', (asked: CrmsAsked) => {
  if (asked.ask === 'break') {
    crms.break(asked.site, asked.how)
    tell({ told: 'broken' })
  } else if (asked.ask === 'recorded') {
    const bounces = crms.sites().map((site) => ({
      site,
      rows: [...crms.bounces(site)].map(([queueId, recorded]) => ({ queueId, at: recorded.map(({ at }) => at) })),
    }))
    tell({ told: 'recorded', bounces })
  } else {
    process.disconnect()
    void crms.close()
  }
})
tell({ told: 'ready', url: crms.url('') })
