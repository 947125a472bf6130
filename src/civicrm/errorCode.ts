import type { ErrorCode } from '../errors/catalogue.ts'
import type { CrmErrorKind } from './crm.ts'

/** The stable code under which each kind of failure is shown and counted. */
export const crmErrorCodes = {
  unreachable: 'CIVICRM_UNREACHABLE',
  timeout: 'CIVICRM_TIMEOUT',
  interrupted: 'CIVICRM_INTERRUPTED',
  maintenance: 'CIVICRM_MAINTENANCE',
  overloaded: 'CIVICRM_OVERLOADED',
  tooLarge: 'CIVICRM_TOO_LARGE',
  credential: 'CIVICRM_CREDENTIAL',
  permission: 'CIVICRM_PERMISSION',
  address: 'CIVICRM_ADDRESS',
  reply: 'CIVICRM_REPLY',
  timeZone: 'CIVICRM_TIME_ZONE',
  server: 'CIVICRM_SERVER',
} as const satisfies Record<CrmErrorKind, ErrorCode>
