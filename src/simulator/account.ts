import type { SendingAccount } from './ses/sentMail.ts'

/** An invented SES account that sends for a domain; its id is one that AWS uses in examples. */
export function exampleAccount(identity: string, region: string, id = '111122223333'): SendingAccount {
  return {
    id,
    region,
    identity,
    configurationSet: 'newsletters',
    callerIdentity: 'ses-smtp-user',
    sourceIp: '192.0.2.10',
  }
}
