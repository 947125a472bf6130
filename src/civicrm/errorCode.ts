import type { ErrorCode } from '../errors/catalogue.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import type { CrmError, CrmErrorKind } from './crm.ts'

/** The stable code under which each kind of failure is shown and counted. */
export const crmErrorCodes = {
  unreachable: 'CIVICRM_UNREACHABLE',
  timeout: 'CIVICRM_TIMEOUT',
  interrupted: 'CIVICRM_INTERRUPTED',
  maintenance: 'CIVICRM_MAINTENANCE',
  overloaded: 'CIVICRM_OVERLOADED',
  credential: 'CIVICRM_CREDENTIAL',
  permission: 'CIVICRM_PERMISSION',
  address: 'CIVICRM_ADDRESS',
  reply: 'CIVICRM_REPLY',
  server: 'CIVICRM_SERVER',
} as const satisfies Record<CrmErrorKind, ErrorCode>

/** A CRM's failure as the error of a command, with code and hint. */
export function toGatewayError(error: CrmError): GatewayError {
  return new GatewayError(crmErrorCodes[error.kind], error.message, { cause: error })
}
