import type { OutputOf } from '../control/call.ts'
import { errorCatalogue } from '../errors/catalogue.ts'
import { table, when } from './output.ts'

type Refusals = NonNullable<OutputOf<'status'>['refusals']>
type Refusal = Refusals['recent'][number]

/** Of the refusals remembered; `--json` has all. */
const mostShown = 10

/** What was refused, by code, and the last ones: equal ones as one, with their number. '' for none. */
export function refusalsText({ total, byCode, recent }: Refusals, width: number | null = null): string {
  if (total === 0) return ''
  const equal = [...Map.groupBy(recent, (one) => JSON.stringify([one.code, one.topicArn, one.addressed, one.reason]))]
  const last = equal.flatMap(([, [newest, ...more]]) =>
    newest === undefined ? [] : [{ ...newest, times: more.length + 1 }],
  )
  return [
    `\nRefused since the start (unverified: anyone can cause it):\n`,
    table(
      [
        { title: 'Code', value: (one) => one.code },
        { title: 'Count', value: (one) => one.count },
      ],
      byCode,
    ),
    recent.length < total ? `\nOf the last ${recent.length}:\n` : '\nIn particular:\n',
    table(
      [
        { title: 'Last (UTC)', value: (one) => when(one.at) },
        { title: 'Times', value: (one) => one.times },
        { title: 'Code', value: (one) => one.code },
        { title: 'What', value: whatOf },
      ],
      last.slice(0, mostShown),
      width,
    ),
  ].join('')
}

function whatOf({ code, topicArn, addressed, reason }: Refusal): string {
  const about = [topicArn, addressed === '' ? '' : `addressed to the site "${addressed}"`].filter((one) => one !== '')
  const said = reason === '' ? errorCatalogue[code].meaning : reason
  return about.length === 0 ? said : `${about.join(', ')}: ${said}`
}
