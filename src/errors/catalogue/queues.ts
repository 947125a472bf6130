/** Errors of the queues of SQS that are read. */
export const queueErrors = {
  QUEUE_INVALID: {
    meaning: 'The settings of a queue do not fit: those given, or, after a change by hand, those in the database.',
    hint: 'Correct what is named. Where the stored ones are at fault, write them anew: civicrm-ses queues add ARN.',
    retryable: false,
  },
  QUEUE_UNKNOWN: {
    meaning: 'The gateway does not read this queue.',
    hint: 'See which it reads: civicrm-ses queues list.',
    retryable: false,
  },
  QUEUE_UNREADABLE: {
    meaning: 'A call to SQS failed: the queue is not there, may not be read, or SQS cannot be reached.',
    hint: "Check the queue's ARN, the credentials of AWS and their permissions; see docs/operators/queues.md.",
    retryable: true,
  },
} as const
