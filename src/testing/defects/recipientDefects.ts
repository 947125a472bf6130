import { sesMessage } from '../sesMessage.ts'
import { addressOf, type DefectCase, outcomes, plainVerp, verdicts } from './defectCase.ts'
import { oneReader } from './oneReader.ts'
import { verpMessage } from './verpMessage.ts'

/** D11 to D18: who is charged. */
export function recipientDefects(tag: string): readonly DefectCase[] {
  const at = (id: string, localPart: string): string => addressOf(tag, id, localPart)
  const toAndCc = (id: string): Pick<DefectCase, 'id' | 'preset' | 'verp' | 'people' | 'mailing'> => ({
    id,
    preset: 'standard',
    verp: plainVerp,
    people: { ana: { email: at(id, 'to') }, ben: { email: at(id, 'cc') } },
    mailing: ['ana'],
  })
  return [
    {
      ...toAndCc('D11'),
      title: 'a bounced copy (CC) is charged to its own address, never to the To contact',
      messages: ({ rowOf, now }) => [
        verpMessage(rowOf('ana'), {
          kind: 'Bounce',
          recipients: [at('D11', 'cc')],
          messageId: `${tag}-D11`,
          destinations: [at('D11', 'to'), at('D11', 'cc')],
          at: now,
        }),
      ],
      decisions: [{ recipient: at('D11', 'cc'), ...verdicts.holdInvalid }],
      outcome: { ana: outcomes.untouched, ben: outcomes.held },
    },
    {
      ...toAndCc('D12'),
      title: 'To and CC bounced in one record: each is charged on its own',
      messages: ({ rowOf, now }) => [
        verpMessage(rowOf('ana'), {
          kind: 'Bounce',
          recipients: [at('D12', 'to'), at('D12', 'cc')],
          messageId: `${tag}-D12`,
          at: now,
        }),
      ],
      decisions: [
        { recipient: at('D12', 'to'), ...verdicts.invalid },
        { recipient: at('D12', 'cc'), ...verdicts.holdInvalid },
      ],
      outcome: { ana: outcomes.invalid, ben: outcomes.held },
    },
    {
      ...toAndCc('D15'),
      title: 'of several complained recipients only the one whom the mailing was for is charged',
      messages: ({ rowOf, now }) => [
        verpMessage(rowOf('ana'), {
          kind: 'Complaint',
          recipients: [at('D15', 'to'), at('D15', 'cc')],
          messageId: `${tag}-D15`,
          at: now,
        }),
      ],
      decisions: [
        { recipient: at('D15', 'to'), ...verdicts.complaint },
        { recipient: at('D15', 'cc'), ...verdicts.possible },
      ],
      outcome: { ana: outcomes.complained, ben: outcomes.untouched },
    },
    {
      ...toAndCc('D15n'),
      title: 'of several complained recipients without reference none is certain',
      mailing: [],
      messages: ({ now }) => [
        sesMessage({
          kind: 'Complaint',
          recipients: [at('D15n', 'to'), at('D15n', 'cc')],
          messageId: `${tag}-D15n`,
          at: now,
        }),
      ],
      decisions: [
        { recipient: at('D15n', 'to'), ...verdicts.possible },
        { recipient: at('D15n', 'cc'), ...verdicts.possible },
      ],
      outcome: { ana: outcomes.untouched, ben: outcomes.untouched },
    },
    oneReader({
      tag,
      id: 'D16',
      title: 'a complaint whose queue row was purged goes by the address',
      input: { kind: 'Complaint' },
      purged: true,
      verdict: verdicts.optOut,
      outcome: outcomes.optedOut,
    }),
    oneReader({
      tag,
      id: 'D16h',
      title: 'a complaint with a wrong hash goes by the address',
      input: { kind: 'Complaint' },
      hash: (hash) => hash.replace(/^./, (first) => (first === '0' ? '1' : '0')),
      verdict: verdicts.optOut,
      outcome: outcomes.optedOut,
    }),
    oneReader({
      tag,
      id: 'D17',
      title: 'a bounce whose queue row was purged goes by the address',
      purged: true,
      verdict: verdicts.holdInvalid,
      outcome: outcomes.held,
    }),
    {
      id: 'D18',
      title: 'a complaint without reference opts out every live owner of the address, and no deleted one',
      preset: 'standard',
      verp: plainVerp,
      people: {
        ana: { email: at('D18', 'family') },
        ben: { email: at('D18', 'family') },
        cem: { email: at('D18', 'family'), deleted: true },
      },
      mailing: [],
      messages: ({ now }) => [
        sesMessage({ kind: 'Complaint', recipients: [at('D18', 'family')], messageId: `${tag}-D18`, at: now }),
      ],
      decisions: [{ recipient: at('D18', 'family'), ...verdicts.optOut }],
      outcome: { ana: outcomes.optedOut, ben: outcomes.optedOut, cem: outcomes.untouched },
    },
  ]
}
