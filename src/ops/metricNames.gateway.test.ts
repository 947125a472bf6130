import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** Where each metric is named that an administrator may put into a dashboard. */
function namedInDocuments(): readonly string[] {
  const docs = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`)
  return ['README.md', 'CHANGELOG.md', ...docs.filter((name) => name.endsWith('.md'))].flatMap((name) =>
    [...readFileSync(path.join(root, name), 'utf8').matchAll(/`(civicrm_[a-z_]+)(?:\{[^`]*\})?`/g)].map(
      ([, metric]) => `${name}: ${metric}`,
    ),
  )
}

describe('metrics that a document names', () => {
  let bench: GatewayBench

  beforeAll(async () => {
    bench = await GatewayBench.make()
    await bench.start()
  })
  afterAll(async () => bench[Symbol.asyncDispose]())

  it('are there under that name', async () => {
    const text = await (await fetch(`http://127.0.0.1:${bench.gateway.port}/metrics`)).text()
    const known = new Set([...text.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name))
    const named = namedInDocuments()
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((one) => !known.has(one.split(': ')[1]))).toEqual([])
  })
})
