import { alarmOperations } from './operations/alarms.ts'
import { contactOperations } from './operations/contacts.ts'
import { deadLetterOperations } from './operations/deadLetters.ts'
import { eventOperations } from './operations/events.ts'
import { personOperations } from './operations/persons.ts'
import { policyOperations } from './operations/policy.ts'
import { retentionOperations } from './operations/retention.ts'
import { releaseOperations } from './operations/releases.ts'
import { queueOperations } from './operations/queues.ts'
import { setAsideOperations } from './operations/setAside.ts'
import { siteOperations } from './operations/sites.ts'
import { statusOperations } from './operations/status.ts'
import { topicOperations } from './operations/topics.ts'
import { waitingOperations } from './operations/waiting.ts'
import { uncertainOperations } from './operations/uncertain.ts'
import { undoOperations } from './operations/undo.ts'

/** Every operation by name: what can be asked of the gateway. */
export const operations = {
  ...siteOperations,
  ...topicOperations,
  ...queueOperations,
  ...eventOperations,
  ...deadLetterOperations,
  ...contactOperations,
  ...statusOperations,
  ...waitingOperations,
  ...alarmOperations,
  ...setAsideOperations,
  ...uncertainOperations,
  ...undoOperations,
  ...policyOperations,
  ...retentionOperations,
  ...releaseOperations,
  ...personOperations,
} as const
