import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { alarmKinds } from '../alarms/kinds.ts'
import { errorCatalogue } from '../errors/catalogue.ts'
import { testIo } from '../testing/testIo.ts'
import { runCommand } from './main.ts'
import { buildProgram } from './program.ts'

const program = buildProgram({ io: testIo().io, setExitCode: () => undefined })
const root = path.resolve(import.meta.dirname, '../..')

function all(
  command: Command,
  words: readonly string[] = [],
): readonly { command: Command; words: readonly string[] }[] {
  return [{ command, words }, ...command.commands.flatMap((sub) => all(sub, [...words, sub.name()]))]
}

/** Those that do something; `events` does, and has a command below it. */
const leaves = all(program)
  .filter(({ command }) => command !== program && (command.commands.length === 0 || command.options.length > 0))
  .map(({ words }) => [words.join(' '), words] as const)

const named = all(program).map(({ words }) => [words.join(' ') || 'the program', words] as const)

/** What is wrong with an instruction such as `civicrm-ses sites test main --json`; null: nothing. */
function faultOf(instruction: string): string | null {
  const [, ...words] = instruction.split(/\s+/)
  let command: Command = program
  for (const word of words) {
    const sub = command.commands.find((one) => one.name() === word || one.alias() === word)
    if (sub === undefined) break
    command = sub
  }
  if (command === program) return `no command: ${instruction}`
  const isGroup = command !== program && command.commands.length > 0 && command.options.length === 0
  if (isGroup && !words.includes('--help')) return `needs a command below "${command.name()}": ${instruction}`
  const known = new Set([...program.options, ...command.options].flatMap(({ long, short }) => [long, short, '--help']))
  const unknown = words.filter((word) => /^--[a-z]/.test(word) && !known.has(word.split('=')[0]))
  return unknown.length === 0 ? null : `no option ${unknown.join(', ')}: ${instruction}`
}

/** What follows the name where a sentence speaks of the program. */
const prose = /^civicrm-ses (?:is|to|takes|or|and|of)\b/

/** Instructions in a text, with their words as far as they go. */
function instructionsIn(text: string): readonly string[] {
  const oneLine = text.replaceAll(/\\\n\s*/g, '')
  return [...oneLine.matchAll(/(?<![\w/.-])civicrm-ses(?: (?!civicrm-ses\b)[\w=./…'"{}<>*:@-]+)+/g)]
    .map(([found]) => found.replace(/[.,:;)…'"]+(?= |$).*/, ''))
    .filter((found) => /^civicrm-ses [a-z]/.test(found) && !prose.test(found))
}

describe('what people are told to type', () => {
  it('exists where an error says what to do', () => {
    const hints = Object.values(errorCatalogue).flatMap(({ hint }) => instructionsIn(hint))
    expect(hints.length).toBeGreaterThan(5)
    expect(hints.map(faultOf).filter((fault) => fault !== null)).toEqual([])
  })

  it('exists where an alarm says what to do', () => {
    const hints = Object.values(alarmKinds).flatMap(({ hint }) => instructionsIn(hint))
    expect(hints.length).toBeGreaterThan(5)
    expect(hints.map(faultOf).filter((fault) => fault !== null)).toEqual([])
  })

  it('exists where a document says it', () => {
    const names = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map(
      (name) => `docs/${name}`,
    )
    const files = ['README.md', ...names.filter((name) => name.endsWith('.md'))]
    const found = files.flatMap((name) =>
      instructionsIn(readFileSync(path.join(root, name), 'utf8')).map((instruction) => ({ name, instruction })),
    )
    expect(found.length).toBeGreaterThan(20)
    const faults = found.flatMap(({ name, instruction }) => {
      const fault = faultOf(instruction)
      return fault === null ? [] : [`${name}: ${fault}`]
    })
    expect(faults).toEqual([])
  })
})

describe('every command', () => {
  it.each(leaves)('%s has help, and --json', async (_, words) => {
    const { io, out, err } = testIo()
    expect(await runCommand([...words, '--help'], io)).toBe(0)
    expect(out()).toContain(`Usage: civicrm-ses ${words.join(' ')}`)
    expect(out()).toContain('--json')
    expect(err()).toBe('')
  })

  it.each(named)('%s has an example', async (_, words) => {
    const { io, out } = testIo()
    await runCommand([...words, '--help'], io)
    const [, examples = ''] = out().split(/\n.*\bExamples?:\n/)
    const found = instructionsIn(examples)
    expect(found[0]).toMatch(new RegExp(`^civicrm-ses ${words[0] ?? '[a-z]'}`))
    expect(found.map(faultOf).filter((fault) => fault !== null)).toEqual([])
  })

  it.each([[['nonsense']], [['sites', 'nonsense']], [['status', '--nonsense']], [['sites', 'show']], [[]]])(
    'a call that is wrong ends 2 and points to the help: %j',
    async (argv) => {
      const { io, out, err } = testIo()
      expect(await runCommand(argv, io)).toBe(2)
      expect(out()).toBe('')
      expect(err()).toMatch(/--help|Usage:/)
    },
  )

  it.each([
    [['inspect'], /missing required argument 'files'/],
    [['help', 'nonsense'], /unknown command 'nonsense'/],
    [['sites', 'help', 'nonsense'], /unknown command 'nonsense'/],
    [['statsu'], /unknown command 'statsu' \(Did you mean status\?\)/],
    [['status', '--nonsense'], /unknown option '--nonsense'/],
    [['contacts', 'list'], /required option '--site <site>' not specified/],
    [['events', '--limit'], /option '--limit <number>' argument missing/],
    [['status', 'more'], /too many arguments/],
    [['undo', '--effect', 'hold'], /say what is to be undone: --site, --since, --before, --domain, --rule or --kind/],
    [['replay', '--dead', '--details', 'many'], /--details: "many" is no whole number/],
  ])('a call that is wrong has code, message and what to do, as JSON too: %j', async (argv, message) => {
    const plain = testIo()
    expect(await runCommand(argv, plain.io)).toBe(2)
    expect(plain.err()).toMatch(/^error COMMAND_USAGE: .+\nWhat to do: Add --help.+\n$/)
    expect(plain.err()).toMatch(message)
    const asJson = testIo()
    expect(await runCommand([...argv.slice(0, 1), '--json', ...argv.slice(1)], asJson.io)).toBe(2)
    expect(asJson.err()).toBe('')
    expect(JSON.parse(asJson.out())).toEqual({
      error: { code: 'COMMAND_USAGE', message: expect.stringMatching(message), hint: expect.stringMatching(/--help/) },
    })
  })

  it('says its version', async () => {
    const { io, out } = testIo()
    expect(await runCommand(['--version'], io)).toBe(0)
    expect(out()).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
