import { type Home, selectNumber } from './outside.ts'

const tables = [
  'notification',
  'mail_event',
  'effect',
  'contact',
  'contact_email',
  'mailing_queue',
  'mailing_bounce',
] as const

/** The last id of each table before anything arrives: what is behind it came with the run. */
export type Marks = Readonly<Record<(typeof tables)[number], number>>

export async function readMarks(home: Home): Promise<Marks> {
  const read = async (table: string): Promise<number> => selectNumber(home, `SELECT max(id) AS n FROM ${table}`)
  return {
    notification: await read('notification'),
    mail_event: await read('mail_event'),
    effect: await read('effect'),
    contact: await read('contact'),
    contact_email: await read('contact_email'),
    mailing_queue: await read('mailing_queue'),
    mailing_bounce: await read('mailing_bounce'),
  }
}
