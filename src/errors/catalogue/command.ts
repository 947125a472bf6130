/** Errors of the command line and of the control socket. */
export const commandErrors = {
  COMMAND_USAGE: {
    meaning: 'The command was called in a way it does not know.',
    hint: 'Add --help to see how it is called.',
    retryable: false,
  },
  INPUT_UNREADABLE: {
    meaning: 'A file given to the command is missing or may not be read.',
    hint: 'Check the path and its permissions.',
    retryable: false,
  },
  CONTROL_UNREACHABLE: {
    meaning: 'A gateway, or another command, holds the data folder and does not answer at its control socket.',
    hint: 'Wait until it has started, stopped or ended; run the command as the same user as the gateway.',
    retryable: true,
  },
  COMMAND_BROKEN_OFF: {
    meaning: 'The command was interrupted while the gateway was working for it.',
    hint: 'The gateway ends at its next safe step. What was done until then stays; ask again for the rest.',
    retryable: false,
  },
  UNDO_UNDER_WAY: {
    meaning: 'Another undo is at work, in this or another instance, or broke off a moment ago.',
    hint: 'Wait until it has ended (civicrm-ses undo list). One that broke off is given up after a minute: then ask again.',
    retryable: true,
  },
  SITE_NOT_BUILTIN: {
    meaning: 'The command works on the built-in contact store, but the site has a CiviCRM.',
    hint: 'Look at the contacts in CiviCRM itself.',
    retryable: false,
  },
  NOTHING_FOUND: {
    meaning: 'Nothing fits what was asked for.',
    hint: 'Check the name or the filter.',
    retryable: false,
  },
  INTERNAL: {
    meaning: 'Something happened that the program did not expect.',
    hint: 'Please report it with the message; run again with CIVICRM_SES_DEBUG=1 for the stack trace.',
    retryable: false,
  },
} as const
