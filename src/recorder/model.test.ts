import { array, asyncProperty, assert, constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CrmErrorKind } from '../civicrm/crm.ts'
import { plainVerp, verpDomain } from '../testing/defects/defectCase.ts'
import { civicrmSite, type Reader, RecorderScene } from '../testing/recorderScene.ts'
import type { Behaviour } from '../testing/scriptedCrm.ts'
import { type SeamName, seamNames } from './seam.ts'

/**
 * Deliveries, deaths, lost lanes, replays and every misbehaviour of a CRM, in any order, against the simplest of models: the set
 * of mail events that were accepted. In the end each stands in the CRM once; without a look at most once,
 * and what is missing is exactly what is shown as uncertain, or less.
 */

type Step =
  | {
      readonly step: 'deliver'
      readonly reader: number
      readonly bounceType: string
      readonly dialect: 'identity' | 'eventPublishing'
    }
  | { readonly step: 'complain'; readonly reader: number }
  | { readonly step: 'crm'; readonly behaviour: Behaviour }
  | { readonly step: 'reads fail'; readonly kind: CrmErrorKind }
  | { readonly step: 'die'; readonly at: SeamName; readonly times: number }
  /** Another takes the lane from one that hangs, which goes on whenever its answers come. */
  | { readonly step: 'lose the lane' }
  | { readonly step: 'replay'; readonly notification: number }
  | { readonly step: 'pass'; readonly ms: number }

const readers = 4

/** Batches and calls of two: so there is a next one to look ahead to, and a call to be cut. */
const site = civicrmSite('main', {
  crm: { type: 'civicrm', url: 'https://crm.example.org', batchSize: 2 },
  mail: { ...plainVerp, domains: [verpDomain] },
})

/** Longer than 360 s no call runs on: that is what the site's settings promise. */
const behaviours: Arbitrary<Behaviour> = oneof(
  constantFrom<Behaviour>(
    { does: 'unknown', done: true },
    { does: 'unknown', done: false },
    { does: 'unknown', done: true, kind: 'interrupted' },
    { does: 'unknown', done: false, kind: 'server' },
    { does: 'fail', kind: 'unreachable' },
    { does: 'fail', kind: 'maintenance' },
    { does: 'fail', kind: 'server' },
    { does: 'fail', kind: 'overloaded' },
    { does: 'fail', kind: 'permission', passes: false },
    { does: 'short' },
    { does: 'each', say: ({ reference }) => (reference.queueId % 2 === 0 ? failedUnknown : null) },
    { does: 'each', say: ({ reference }) => (reference.queueId % 2 === 1 ? failedSurely : null) },
  ),
  integer({ min: 1, max: 350_000 }).map((ms): Behaviour => ({ does: 'late', ms })),
  integer({ min: 1, max: 59_000 }).map((ms): Behaviour => ({ does: 'slow', ms })),
)

const failedUnknown = { outcome: 'failed', retry: true, unknown: true, message: 'lock wait timeout' } as const
const failedSurely = { outcome: 'failed', retry: true, unknown: false, message: 'deadlock' } as const

const deliver = record({
  step: constantFrom('deliver' as const),
  reader: integer({ min: 0, max: readers - 1 }),
  bounceType: constantFrom('Permanent', 'Transient'),
  dialect: constantFrom('identity' as const, 'eventPublishing' as const),
})

const steps: Arbitrary<readonly Step[]> = array(
  oneof(
    { weight: 5, arbitrary: deliver },
    {
      weight: 1,
      arbitrary: record({ step: constantFrom('complain' as const), reader: integer({ min: 0, max: readers - 1 }) }),
    },
    { weight: 4, arbitrary: record({ step: constantFrom('crm' as const), behaviour: behaviours }) },
    {
      weight: 1,
      arbitrary: record({
        step: constantFrom('reads fail' as const),
        kind: constantFrom<CrmErrorKind>('timeout', 'server', 'credential'),
      }),
    },
    {
      weight: 4,
      arbitrary: record({
        step: constantFrom('die' as const),
        at: constantFrom(...seamNames),
        times: integer({ min: 1, max: 2 }),
      }),
    },
    { weight: 2, arbitrary: record({ step: constantFrom('lose the lane' as const) }) },
    {
      weight: 1,
      arbitrary: record({ step: constantFrom('replay' as const), notification: integer({ min: 1, max: 12 }) }),
    },
    { weight: 3, arbitrary: record({ step: constantFrom('pass' as const), ms: integer({ min: 0, max: 500_000 }) }) },
  ),
  { minLength: 4, maxLength: 24, size: 'max' },
)

async function play(
  scene: RecorderScene,
  people: readonly Reader[],
  steps: readonly Step[],
): Promise<ReadonlySet<string>> {
  const accepted = new Set<string>()
  await scene.start()
  for (const given of steps) {
    if (given.step === 'deliver') {
      const reader = people[given.reader]!
      const { bounceType, dialect } = given
      await scene.accept(scene.about(reader, { bounceType, dialect }))
      accepted.add(`${reader.row.queueId} ${bounceType === 'Permanent' ? 'Invalid' : 'Relay'}`)
    } else if (given.step === 'complain') {
      const reader = people[given.reader]!
      await scene.accept(scene.about(reader, { kind: 'Complaint' }))
      accepted.add(`${reader.row.queueId} Spam`)
    } else if (given.step === 'crm') {
      scene.crm.script('recordBounces', given.behaviour)
    } else if (given.step === 'reads fail') {
      scene.crm.script('findAddresses', { does: 'fail', kind: given.kind })
    } else if (given.step === 'die') {
      await scene.settle()
      if (!scene.died) await scene.kill()
      await scene.start({ at: given.at, times: given.times })
    } else if (given.step === 'lose the lane') {
      scene.abandon()
      await scene.start()
    } else if (given.step === 'replay') {
      await scene.inbox.revive([given.notification], scene.time.now())
    } else {
      await scene.pass(given.ms)
    }
  }
  return accepted
}

/** Everything heals, and a day passes. */
async function heal(scene: RecorderScene): Promise<void> {
  await scene.settle()
  if (!scene.died) await scene.kill()
  scene.crm.unscript()
  await scene.start()
  await scene.pass(6 * 3_600_000)
}

async function balance(readBack: boolean, steps: readonly Step[]): Promise<void> {
  const scene = RecorderScene.make({ readBack, sites: [site], limits: { fewestInBatch: 1 } })
  try {
    await balanceIn(scene, readBack, steps)
  } finally {
    await scene[Symbol.asyncDispose]()
  }
}

async function balanceIn(scene: RecorderScene, readBack: boolean, steps: readonly Step[]): Promise<void> {
  const people = scene.readers(readers)
  const accepted = await play(scene, people, steps)
  await heal(scene)

  const inCrm = Map.groupBy(scene.crm.bounces, ({ queueId, bounceType }) => `${queueId} ${bounceType}`)
  const doubled = [...inCrm].filter(([, rows]) => rows.length > 1).map(([event]) => event)
  const missing = [...accepted].filter((event) => !inCrm.has(event))
  const effects = (await scene.events()).flatMap(({ effects }) => effects)
  const uncertain = new Set(
    effects.flatMap(({ state, effect }) =>
      state === 'uncertain' && effect.effect === 'bounce' ? [`${effect.reference.queueId} ${effect.bounceType}`] : [],
    ),
  )
  const unexplained = missing.filter((event) => !uncertain.has(event))
  expect({ doubled, unexplained }).toEqual({ doubled: [], unexplained: [] })
  expect(effects.map(({ state }) => state).filter((state) => state === 'planned' || state === 'calling')).toEqual([])
  expect(await scene.inbox.backlog()).toEqual([])
  expect(scene.toldOf('deadLetter')).toEqual([])
  expect(readBack ? uncertain.size : 0).toBe(0)
}

const runs = Number(process.env['MODEL_RUNS'] ?? 10)

describe('the books of recorder and CRM', () => {
  it.each([true, false])('balance whatever happens (read-back: %s)', { timeout: 600_000 }, async (readBack) => {
    await assert(
      asyncProperty(steps, async (steps) => balance(readBack, steps)),
      { numRuns: runs },
    )
  })
})
