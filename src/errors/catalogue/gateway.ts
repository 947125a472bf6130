/** States of the gateway itself in which it takes nothing on. All pass: a message met by one is repeated. */
export const gatewayErrors = {
  GATEWAY_OVERLOADED: {
    meaning: 'More requests, or bytes of them, or connections are in work than the gateway takes on at once.',
    hint: 'SNS repeats the message. If it stays: a slow disk, or something other than SNS posts here in masses.',
    retryable: true,
  },
  GATEWAY_WITHOUT_SITES: {
    meaning: 'The gateway has no site yet.',
    hint: 'Add one: civicrm-ses sites add. Where there were sites, its data are missing: look at dataFolder and databaseUrl, or restore a backup. SNS repeats the message.',
    retryable: true,
  },
  GATEWAY_DISK_LOW: {
    meaning: "The data folder's disk has less free space than `minimumFreeMiB`.",
    hint: 'Free some space; the gateway accepts again by itself. SNS repeats the message, by default for a minute, by its delivery policy for an hour at most.',
    retryable: true,
  },
  GATEWAY_FAULT: {
    meaning: 'The gateway failed in a way that it was not made for.',
    hint: 'Look into the log for the fault of that time, and report it. SNS repeats the message.',
    retryable: true,
  },
} as const
