import type { InspectedEvent, InspectReport } from '../inspect/report.ts'
import { effectName } from './effectText.ts'
import { facts, printable } from './output.ts'

/** An `inspect` report as a person reads it. */
export function inspectText(report: InspectReport): string {
  const parts = [`${printable(report.file)}\n`]
  if (report.error !== null)
    parts.push(indent(facts([['not readable', `${report.error.code}: ${report.error.message}`]])))
  if (report.sns !== null) {
    const { type, topicArn, messageId, signatureVersion, signature, reason } = report.sns
    parts.push(
      indent(
        facts([
          ['SNS message', type],
          ['topic', topicArn],
          ['message id', messageId],
          ['signature', `${signature} (version ${signatureVersion})${reason === null ? '' : ` ${reason}`}`],
        ]),
      ),
    )
  }
  if (report.notice !== null) parts.push(indent(facts([['notice', report.notice]])))
  for (const event of report.events) parts.push('\n', indent(eventText(event)))
  return `${parts.join('')}\n`
}

function eventText(event: InspectedEvent): string {
  const { bounce, complaint, reference, decision } = event
  return facts([
    [
      'event',
      [event.kind, bounce === null ? '' : `${bounce.type}/${bounce.subType}`, complaint?.feedbackType ?? '']
        .join(' ')
        .trim(),
    ],
    ['recipient', event.recipient],
    ['when', event.timestamp],
    ...(bounce?.diagnosticCode ? ([['server said', bounce.diagnosticCode]] as const) : []),
    [
      'mailing',
      reference === null
        ? 'no mailing reference'
        : `job ${reference.jobId}, queue ${reference.queueId} (${reference.from})`,
    ],
    [
      'would do',
      decision.effects.map(({ effect, bounceType }) => `${effectName(effect)} ${bounceType ?? ''}`.trim()).join(', ') ||
        'nothing',
    ],
    ['because', decision.explanation],
    ['rule', decision.rule],
  ])
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}
