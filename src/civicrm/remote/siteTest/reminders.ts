import { unknown } from './check.ts'
import type { SiteCheck } from './report.ts'

/** What a key without 'administer CiviCRM' cannot see, and a person has to look at instead. */
export const reminders: readonly SiteCheck[] = [
  unknown(
    'bounceTypes',
    'Ids and thresholds of the bounce types cannot be read with this key.',
    'If somebody changed thresholds in CiviCRM, write them into `bounceTypes` of the site.',
  ),
  unknown(
    'mailSettings',
    "CiviCRM's localpart, separator and domain cannot be read with this key.",
    'Compare `mail` of the site with CiviCRM: Administer, CiviMail, Mail Accounts (the default one).',
  ),
  unknown(
    'otherHandlers',
    "Whether another extension records SES's feedback cannot be seen with this key.",
    'Make sure that the extension `ses` (or AirMail, aws) is no longer subscribed to the topics: everything would be counted twice.',
  ),
  unknown(
    'bounceMailbox',
    "Which of CiviCRM's own jobs are on cannot be seen with this key.",
    'Switch off SES\'s e-mail feedback forwarding, or CiviCRM\'s job "Fetch Bounces" where it reads that mailbox. The job ' +
      '"Validate Email Address from Mailings" releases addresses that are on hold without a bounce, as the gateway holds them ' +
      'for transactional mail.',
  ),
]
