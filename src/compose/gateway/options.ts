import type { DestinationStream } from 'pino'
import type { SuppressionLists } from '../../aws/suppressionList.ts'
import type { Config } from '../../config/schema.ts'
import type { ConsumerLimits } from '../../ingest/sqs/schedule.ts'
import type { LeaseLimits } from '../../leases/leaseKeeper.ts'
import type { RecorderLimits } from '../../recorder/limits.ts'
import type { RetentionPace } from '../../retention/retentionLoop.ts'
import type { AlarmPace } from '../alarms.ts'
import type { GatewaySeam } from '../seam.ts'
import type { SnsReach } from '../snsParts.ts'
import type { Tampering } from '../tampering.ts'

export interface GatewayOptions {
  readonly config: Config
  /** Where log lines go; standard output by default. */
  readonly logDestination?: DestinationStream
  /** For tests and chaos runs: called between any two durable steps. */
  readonly seam?: GatewaySeam
  /** For chaos runs that show what they notice. */
  readonly tampering?: Partial<Tampering>
  /** For tests and chaos runs, which cannot wait as long as a site in trouble needs. */
  readonly recorderLimits?: Partial<RecorderLimits>
  /** For tests, which cannot wait as long as the others do before they take over from one that is silent. */
  readonly leaseLimits?: Partial<LeaseLimits>
  /** For tests, which cannot wait as long as a person. */
  readonly alarmPace?: Partial<AlarmPace>
  /** For tests, which cannot wait as long as there is time. */
  readonly retentionPace?: Partial<RetentionPace>
  /** For tests, which cannot wait as long as SQS does. */
  readonly consumerLimits?: Partial<ConsumerLimits>
  /** For tests: who answers in SNS's place, and in SQS's. */
  readonly snsReach?: Partial<SnsReach>
  /** For tests: who answers in SES's place. */
  readonly suppressionLists?: SuppressionLists
  /** OFF only for the test which shows that another one notices it. @default 'FULL' */
  readonly synchronous?: 'FULL' | 'OFF'
}
