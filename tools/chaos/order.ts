import { z } from 'zod'
import { type GatewaySeamName, gatewaySeamNames } from '../../src/compose/seam.ts'
import { crmFaultNames } from './crms/crmUnderTest.ts'
import { engineFaultNames, engineNames } from './engines/engine.ts'
import { plantedFaultNames } from './planted.ts'

/** What may strike a server. */
export const allStrikes = [...crmFaultNames, ...engineFaultNames] as const

const place = { engine: z.enum(engineNames), instances: z.int().min(1) }

const targetSchema = z.union([
  z.strictObject({ ...place, crm: z.literal('builtin') }),
  z.strictObject({ ...place, crm: z.literal('civicrm'), key: z.enum(['admin', 'least']) }),
])

/** What is put to the test: where effects go, where they are stored, and how many gateways share the work. */
export type Target = z.output<typeof targetSchema>

/** What a run is asked for. Written into its folder, so that it can go on after it was broken off. */
export const orderSchema = z.strictObject({
  target: targetSchema.refine(
    ({ engine, instances }) => engine !== 'sqlite' || instances === 1,
    '--instances: a data folder of SQLite has one gateway; several share a PostgreSQL',
  ),
  /** Mail events, at least. */
  events: z.int().min(1),
  kills: z.int().min(0),
  /** Times that a server of the CRM or of the database is struck; none where they have no servers. */
  faults: z.int().min(0),
  /** Those alone, of the ones that there are. */
  strikes: z.array(z.enum(allStrikes)).min(1),
  /** Times that a gateway is suspended until the others have taken its work over; none where there are no others. */
  suspensions: z.int().min(0),
  /** Share of the calls to the CRM that go wrong: it is down, slow, dies half done, or before it answers. */
  trouble: z.number().min(0).max(1),
  /** Where a gateway is killed, each as often as the others. */
  seams: z.array(z.enum(gatewaySeamNames)).min(1),
  /** Share of the answers that SNS does not get to see. */
  lostAnswers: z.number().min(0).lt(1),
  /** A fault in the gateway itself, to show that the run notices it. */
  plant: z.enum(plantedFaultNames).nullable(),
  seed: z.string().min(1),
})

export type Order = z.output<typeof orderSchema>

export const allSeams: GatewaySeamName[] = [...gatewaySeamNames]

/** Whether the credential lets the gateway look into the CRM after a call without an answer. */
export function mayLook(target: Target): boolean {
  return target.crm === 'builtin' || target.key === 'admin'
}

/** The command line that asks for it. */
export function commandOf(order: Order): string {
  const { target, events, kills, faults, strikes, suspensions, trouble, seams, lostAnswers, plant, seed } = order
  const words = [
    `--seed ${seed} --events ${events} --kills ${kills} --faults ${faults} --suspensions ${suspensions}`,
    `--trouble ${trouble} --lost-answers ${lostAnswers}`,
    `--engine ${target.engine} --instances ${target.instances} --crm ${target.crm}`,
    ...(target.crm === 'civicrm' ? [`--key ${target.key}`] : []),
    ...(strikes.length === allStrikes.length ? [] : [`--strikes '${strikes.join(',')}'`]),
    ...(seams.length === gatewaySeamNames.length ? [] : [`--seams ${seams.join(',')}`]),
    ...(plant === null ? [] : [`--plant ${plant}`]),
  ]
  return `npm run chaos -- ${words.join(' ')}`
}
