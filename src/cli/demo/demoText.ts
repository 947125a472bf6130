import { contactStateText } from '../contactState.ts'
import { effectText } from '../effectText.ts'
import { table } from '../output.ts'
import type { DemoLine, DemoResult } from './runDemo.ts'

/** The table that a person reads who has never seen SES. */
export function demoText(result: DemoResult, width: number | null): string {
  const head =
    `One newsletter went out. Amazon SES reported ${result.sent} times over HTTP, each report signed.\n` +
    'This is what civicrm-ses made of it:\n\n'
  const rows = table<DemoLine>(
    [
      { title: '', value: (line) => (line.right ? '✓' : '✗') },
      { title: 'Who', value: (line) => line.person.name },
      { title: 'What SES said', value: (line) => line.person.said },
      { title: 'Recorded', value: recordedText },
      { title: 'Now', value: stateText },
      { title: 'Why', value: whyText },
    ],
    result.lines,
    width,
  )
  const wrong = [
    ...result.wrongAnswers.map((text) => `  ${text}\n`),
    ...result.lines
      .filter((line) => !line.right)
      .map(
        (line) =>
          `  ${line.person.name}: expected ${JSON.stringify(line.person.expected)}, is ${JSON.stringify(line.state)}\n`,
      ),
  ]
  const verdict =
    wrong.length === 0
      ? 'All as it must be: nothing lost, nothing counted twice, nobody punished for another.\n'
      : `Not as it must be:\n${wrong.join('')}`
  return `${head}${rows}\n${verdict}`
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
  if (line.person.report?.twist === 'forged') return 'The signature is not of Amazon: refused.'
  if (line.person.report?.twist === 'strangersTopic') return "Truly signed, but for a stranger's topic: refused."
  return line.person.report === null ? 'Nothing was reported.' : 'The report was about a copy, not about this person.'
}
