import { addressDefects } from './defects/addressDefects.ts'
import type { DefectCase } from './defects/defectCase.ts'
import { meaningDefects } from './defects/meaningDefects.ts'
import { recipientDefects } from './defects/recipientDefects.ts'
import { referenceDefects } from './defects/referenceDefects.ts'

/**
 * What other handlers of SES's feedback got wrong, as a table. Pure tests decide the cases
 * (`civimail/defects.test.ts`), recorder tests run them against a CRM: seed people and mailing, make the
 * change, feed the messages, compare the states.
 *
 * @param tag part of every address and SES message id, so that the runs in one CRM do not meet: letters,
 * digits and hyphens, as in a domain name
 */
export function defectCases(tag: string): readonly DefectCase[] {
  return [...addressDefects(tag), ...referenceDefects(tag), ...recipientDefects(tag), ...meaningDefects(tag)]
}
