import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'

/** What a database or a CRM that is struck down makes the gateway say; it is prepared for these. */
const expected: ReadonlySet<string> = new Set(['GatewayError', 'CrmError', 'CommitUnknown'])

const lineSchema = z.looseObject({
  level: z.enum(['error', 'fatal']),
  error: z.looseObject({ name: z.string(), text: z.string().default('') }),
})

/**
 * Faults of the gateway itself in the log of its processes, each text once: a mistake of ours that a later try made good,
 * which the books therefore do not show.
 */
export async function ownFaults(logFile: string): Promise<readonly string[]> {
  if (!existsSync(logFile)) return []
  const found = new Set<string>()
  for await (const line of createInterface({ input: createReadStream(logFile) })) {
    const read = lineSchema.safeParse(parsed(line))
    if (read.success && !expected.has(read.data.error.name))
      found.add(`${read.data.error.name}: ${read.data.error.text}`)
  }
  return [...found]
}

/** Whoever is killed may be in the middle of a line. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
