import { sesMessage } from '../sesMessage.ts'
import { addressOf, type DefectCase, outcomes, plainVerp, verdicts } from './defectCase.ts'
import { oneReader } from './oneReader.ts'

/** D1 to D5: addresses as they are. */
export function addressDefects(tag: string): readonly DefectCase[] {
  const at = (id: string, localPart: string): string => addressOf(tag, id, localPart)
  return [
    oneReader({
      tag,
      id: 'D1',
      title: 'an apostrophe does not cut the address',
      email: at('D1', "o'brien"),
      bystander: at('D1', 'brien'),
    }),
    {
      id: 'D1c',
      title: 'a complaint without reference opts out the whole address, not the owner of its end',
      preset: 'standard',
      verp: plainVerp,
      people: { ana: { email: at('D1c', "o'neil") }, ben: { email: at('D1c', 'neil') } },
      mailing: [],
      messages: ({ now }) => [
        sesMessage({ kind: 'Complaint', recipients: [at('D1c', "o'neil")], messageId: `${tag}-D1c`, at: now }),
      ],
      decisions: [{ recipient: at('D1c', "o'neil"), ...verdicts.optOut }],
      outcome: { ana: outcomes.optedOut, ben: outcomes.untouched },
    },
    oneReader({
      tag,
      id: 'D2',
      title: 'an ampersand does not cut the address',
      email: at('D2', 'a&b'),
      bystander: at('D2', 'b'),
    }),
    oneReader({
      tag,
      id: 'D3',
      title: 'letters beyond ASCII do not cut the address',
      email: at('D3', 'müller'),
      bystander: at('D3', 'ller'),
    }),
    oneReader({
      tag,
      id: 'D3i',
      title: 'a top-level domain in Punycode does not cut the address',
      email: `user@d3i.${tag}.example.xn--p1ai`,
      bystander: `user@d3i.${tag}.example.xn`,
    }),
    oneReader({
      tag,
      id: 'D4',
      title: 'a display name around the address is taken off',
      email: at('D4', 'dora'),
      input: { recipients: [`"Doe, Dora" <${at('D4', 'dora')}>`], destinations: [at('D4', 'dora')] },
    }),
    oneReader({
      tag,
      id: 'D4p',
      title: 'a plus tag belongs to the address',
      email: at('D4p', 'user+tag'),
      bystander: at('D4p', 'user'),
    }),
    oneReader({
      tag,
      id: 'D5',
      title: 'letter case does not matter',
      email: at('D5', 'user'),
      told: at('D5', 'User').replace('example', 'Example'),
    }),
  ]
}
