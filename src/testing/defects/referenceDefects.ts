import { addressOf, type DefectCase, outcomes, plainVerp, verdicts } from './defectCase.ts'
import { oneReader } from './oneReader.ts'
import { verpMessage } from './verpMessage.ts'

/** D6 to D10, D25, D26 and D31: which mailing and whose queue row. */
export function referenceDefects(tag: string): readonly DefectCase[] {
  const at = (id: string, localPart: string): string => addressOf(tag, id, localPart)
  return [
    oneReader({
      tag,
      id: 'D6',
      title: 'with a fixed return path, X-CiviMail-Bounce leads to the mailing',
      places: ['X-CiviMail-Bounce'],
      input: {
        source: 'bounces@example.org',
        headers: [{ name: 'Return-Path', value: 'bounces@example.org' }],
        commonHeaders: { returnPath: 'bounces@example.org' },
      },
    }),
    oneReader({
      tag,
      id: 'D7',
      title: 'the separator may be a hyphen',
      verp: { ...plainVerp, separator: '-' },
    }),
    oneReader({
      tag,
      id: 'D7s',
      title: 'the separator may be several characters',
      verp: { ...plainVerp, separator: '_-_' },
    }),
    oneReader({
      tag,
      id: 'D8',
      title: 'the localpart may contain the separator',
      verp: { ...plainVerp, localpart: 'bounce.crm+' },
    }),
    oneReader({ tag, id: 'D8e', title: 'the localpart may be empty', verp: { ...plainVerp, localpart: '' } }),
    oneReader({
      tag,
      id: 'D8l',
      title: 'the localpart may end in a letter',
      verp: { ...plainVerp, localpart: 'bounce' },
    }),
    oneReader({
      tag,
      id: 'D9',
      title: 'without headers, mail.source leads to the mailing',
      places: ['mail.source'],
      input: { headers: null },
    }),
    oneReader({ tag, id: 'D10', title: 'a hash in upper case is accepted', hash: (hash) => hash.toUpperCase() }),
    oneReader({
      tag,
      id: 'D25',
      title: 'a transactional reference has no localpart, though the site has one',
      action: 'm',
    }),
    {
      id: 'D26',
      title: 'a transactional queue row with another address of the contact: the mailed address is charged',
      preset: 'standard',
      verp: plainVerp,
      people: { ana: { email: at('D26', 'first') }, ben: { email: at('D26', 'second') } },
      mailing: ['ana'],
      messages: ({ rowOf, now }) => [
        verpMessage(
          rowOf('ana'),
          { kind: 'Bounce', recipients: [at('D26', 'second')], messageId: `${tag}-D26`, at: now },
          { action: 'm' },
        ),
      ],
      decisions: [{ recipient: at('D26', 'second'), ...verdicts.holdInvalid }],
      outcome: { ana: outcomes.untouched, ben: outcomes.held },
      needsQueueRows: true,
    },
    {
      id: 'D31',
      title: 'an address edited since the mailing: the new one is not held',
      preset: 'standard',
      verp: plainVerp,
      people: { ana: { email: at('D31', 'old') } },
      mailing: ['ana'],
      change: { edit: 'ana', email: at('D31', 'new') },
      messages: ({ rowOf, now }) => [
        verpMessage(rowOf('ana'), { kind: 'Bounce', recipients: [at('D31', 'old')], messageId: `${tag}-D31`, at: now }),
      ],
      decisions: [{ recipient: at('D31', 'old'), rule: 'address-unknown', standing: 'none', effects: [] }],
      outcome: { ana: outcomes.untouched },
    },
  ]
}
