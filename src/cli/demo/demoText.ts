import { contactStateText } from '../contactState.ts'
import { effectText } from '../effectText.ts'
import { printable, table, wrap } from '../output.ts'
import type { ExpectedState } from '../../simulator/scenarioPeople.ts'
import type { DemoLine, DemoResult } from './runDemo.ts'

/** The table that a person reads who has never seen SES: a line for each person, and under it why. */
export function demoText(result: DemoResult, width: number | null): string {
  const head =
    `One newsletter, and ${result.sent} reports about it over HTTP in the name of Amazon SES, ${result.forged} of them forged.\n` +
    '(A simulator plays SES: no mail was sent.) This is what civicrm-ses made of it:\n\n'
  const [title = '', ...rows] = table<DemoLine>(
    [
      { title: ' ', value: (line) => (line.right ? '✓' : '✗') },
      { title: 'Who', value: (line) => line.person.name },
      { title: 'What SES said', value: (line) => line.person.said },
      { title: 'Recorded', value: recordedText },
      { title: 'Now', value: stateText },
    ],
    result.lines,
  )
    .trimEnd()
    .split('\n')
  const people = result.lines.map((line, index) => `${rows[index] ?? ''}\n${paragraph(whyText(line), width)}`)
  return `${head}${title}\n${people.join('\n')}\n${verdictText(result)}`
}

function verdictText({ ok, wrongAnswers, lines, otherRules }: DemoResult): string {
  if (ok) return 'All as it must be: nothing lost, nothing counted twice, nobody punished for another.\n'
  const others = lines.filter(({ right }) => !right)
  const states = others.map(({ person, state }) => {
    const [is, expected] = [expectedText(state), expectedText(person.expected)]
    return otherRules ? `${person.name}: ${is} (there: ${expected})` : `${person.name}: must be ${expected}; is ${is}`
  })
  if (!otherRules) return `Not as it must be:\n${asList([...wrongAnswers, ...states])}`
  const answers = wrongAnswers.length === 0 ? '' : `Not as it must be:\n${asList(wrongAnswers)}`
  return answers + (states.length === 0 ? '' : `Otherwise than by the policy "standard":\n${asList(states)}`)
}

function asList(texts: readonly string[]): string {
  return texts.map((text) => `  ${text}\n`).join('')
}

/** A state in words: `Invalid bounce, on hold`. */
function expectedText({ bounces, onHold, optedOut }: ExpectedState): string {
  const recorded = bounces.length === 0 ? 'no bounce' : bounces.map((type) => `${type} bounce`).join(' and ')
  const stands = [...(onHold ? ['on hold'] : []), ...(optedOut ? ['opted out'] : [])]
  return [recorded, ...(stands.length === 0 ? ['gets mail'] : stands)].join(', ')
}

/** Indented under the name, wrapped to the terminal. */
function paragraph(text: string, width: number | null): string {
  const room = Math.max(40, Math.min(width ?? 120, 120) - 3)
  return wrap(printable(text), room)
    .map((line) => `   ${line}\n`)
    .join('')
}

function recordedText(line: DemoLine): string {
  const effects = line.entries.flatMap((entry) => entry.effects.filter(({ effect }) => effect.effect !== 'alarm'))
  return effects.map(({ effect }) => effectText(effect)).join(', ') || 'nothing'
}

function stateText(line: DemoLine): string {
  const [email] = line.contact.emails
  return email === undefined ? '' : contactStateText(line.contact, email)
}

function whyText(line: DemoLine): string {
  const last = line.entries.at(-1)
  if (last !== undefined) return last.decision.explanation
  if (line.person.report?.twist === 'forged') return "The signature is not Amazon's: refused."
  if (line.person.report?.twist === 'strangersTopic') return "Truly signed, but for a stranger's topic: refused."
  return line.person.report === null ? 'Nothing was reported.' : 'The report was about a copy, not about this person.'
}
