import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testIo } from '../../testing/testIo.ts'
import { exitCodes } from '../fail.ts'
import { runCommand } from '../main.ts'

interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Person {
  readonly name: string
  readonly state: unknown
  readonly right: boolean
}

async function command(...argv: readonly string[]): Promise<Result> {
  const { io, out, err } = testIo()
  return { code: await runCommand(argv, io), out: out(), err: err() }
}

function people({ out }: Result): readonly Person[] {
  return (JSON.parse(out) as { readonly people: readonly Person[] }).people
}

const states = (result: Result): readonly unknown[] => people(result).map(({ name, state }) => ({ name, state }))

let folder: string
let standard: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'demo-test-'))
  standard = (await command('policy', 'standard')).out
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

/** The demonstration by the default preset's rules with a piece of their text replaced. */
async function withPolicy(change: (text: string) => string): Promise<Result> {
  const file = path.join(folder, 'policy.yaml')
  await writeFile(file, change(standard))
  return command('demo', '--once', '--json', '--policy', file)
}

/** The bounce type of one rule changed to another. */
function falsify(rule: string, from: string, to: string): (text: string) => string {
  return (text) => {
    const changed = text.replace(new RegExp(`(- rule: ${rule}\n[\\s\\S]*?bounceType: )${from}\n`), `$1${to}\n`)
    expect(changed).not.toBe(text)
    return changed
  }
}

describe('the demonstration', () => {
  let once: Result
  beforeAll(async () => {
    once = await command('demo', '--once', '--json')
  })

  it('ends 0 with a table of who, what SES said, what was recorded, and why', async () => {
    const { code, out } = await command('demo', '--once')
    expect(code).toBe(exitCodes.done)
    expect(out).toMatch(/^One newsletter, and 18 reports about it .*, 2 of them forged\.\n/)
    expect(out).toMatch(/✓ +Cleo Hardy +hard bounce: no such address +Invalid bounce +on hold/)
    expect(out).toMatch(/✓ +Kim Park +marked the mail as spam +Spam bounce, opt-out +on hold, opted out/)
    expect(out).toMatch(/✓ +Mona Diaz +.*\(CC\).* nothing +gets mail/)
    expect(out).toContain('All as it must be')
    expect(out).not.toContain('✗')
  })

  it('ends in the same states with everything twice and in any order', async () => {
    expect(once.code).toBe(exitCodes.done)
    for (const seed of ['1', '2', 'three', '4']) {
      const result = await command('demo', '--once', '--json', '--twice', '--shuffle', seed)
      expect([seed, result.code]).toEqual([seed, exitCodes.done])
      expect(states(result)).toEqual(states(once))
    }
  })

  it('ends 0 by the rules of the preset that a file gives', async () => {
    const result = await withPolicy((text) => text)
    expect(result.code).toBe(exitCodes.done)
    expect(states(result)).toEqual(states(once))
  })

  it.each([
    ['bounce-permanent', 'Invalid', 'Dns', ['Cleo Hardy', "Maeve O'Brien", 'Dan Moreau', 'Elif Kaya', 'Nils Berg']],
    ['bounce-mailbox-full', 'Quota', 'Spam', ['Gus Fuller', 'Olga Novak']],
    ['complaint', 'Spam', 'Relay', ['Kim Park']],
  ])('ends 1 where the entry %s of the map is false', async (rule, from, to, wrong) => {
    const result = await withPolicy(falsify(rule, from, to))
    expect(result.code).toBe(exitCodes.failed)
    expect(
      people(result)
        .filter(({ right }) => !right)
        .map(({ name }) => name),
    ).toEqual(wrong)
  })

  it('says in words who comes out otherwise than by the preset standard', async () => {
    const { code, out } = await command('demo', '--once', '--policy', 'careful')
    expect(code).toBe(exitCodes.failed)
    const [, end = ''] = out.split('Otherwise than by the policy "standard":\n')
    expect(end).toMatch(
      /^( {2}[^:\n]+: [A-Z][a-z]+ bounce, gets mail \(there: [A-Z][a-z]+ bounce, (gets mail|on hold)\)\n)+$/,
    )
    expect(out).not.toContain('must')
  })

  it('prints nothing but JSON where that is asked for, and says beside it where it goes on listening', async () => {
    const { io, out, err, stop } = testIo()
    stop()
    expect(await runCommand(['demo', '--json'], io)).toBe(exitCodes.done)
    expect(JSON.parse(out())).toMatchObject({ ok: true })
    expect(err()).toMatch(/listening at http:\/\/127\.0\.0\.1:\d+\//)
  })

  it('names the line of a policy that is wrong', async () => {
    const { code, out } = await withPolicy((text) => text.replace('bounceType: Invalid', 'bounceType: Hopeless'))
    expect(code).toBe(exitCodes.failed)
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'CONFIG_INVALID', message: expect.stringMatching(/line \d+, policy/) },
    })
  })
})

it('says how another port is named where the one that was named is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const { code, err } = await command('demo', '--once', '--port', String(port))
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^error LISTEN_FAILED: .*\n.*with --port/) })
  } finally {
    server.close()
  }
})
