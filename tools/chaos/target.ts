import type { EngineName } from './engines/engine.ts'

/** What is put to the test: where the effects of a run go, where they are stored, and how many share the work. */
export type Target = {
  readonly engine: EngineName
  readonly instances: number
} & ({ readonly crm: 'builtin' } | { readonly crm: 'civicrm'; readonly key: 'admin' | 'least' })

/** Whether the credential lets the gateway look into the CRM after a call without an answer. */
export function mayLook(target: Target): boolean {
  return target.crm === 'builtin' || target.key === 'admin'
}

/** How it is asked for on the command line. @throws Error that says what is wrong */
export function targetOf(asked: {
  readonly engine: string
  readonly instances: number
  readonly crm: string
  readonly key: string
}): Target {
  const { engine, instances, crm, key } = asked
  if (engine !== 'sqlite' && engine !== 'postgres') throw new Error('--engine is sqlite or postgres')
  if (instances < 1) throw new Error('--instances is 1 or more')
  if (engine === 'sqlite' && instances > 1)
    throw new Error('--instances: a data folder of SQLite has one gateway; several share a PostgreSQL')
  if (crm === 'builtin') return { engine, instances, crm }
  if (crm === 'civicrm' && (key === 'admin' || key === 'least')) return { engine, instances, crm, key }
  throw new Error('--crm is builtin or civicrm, --key admin or least')
}
