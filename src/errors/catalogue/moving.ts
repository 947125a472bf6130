/** Errors of moving an installation to another place. */
export const movingErrors = {
  MOVE_TARGET_TAKEN: {
    meaning: 'The place to which the installation is to move is not empty.',
    hint: 'Name an empty data folder or database. What an earlier move left behind goes away with --replace.',
    retryable: false,
  },
  MOVE_DIFFERS: {
    meaning: 'What was carried to the new place is not what the old one holds. Nothing was cut over.',
    hint: 'Check the disks and logs of both; then empty the new place and move again. The old one is untouched.',
    retryable: false,
  },
  MOVE_OVERTAKEN: {
    meaning: 'Another run of move-database with the same target has taken over, or the move was given up.',
    hint: 'Let that one come to its end.',
    retryable: false,
  },
  MOVE_CUT_OVER_LATE: {
    meaning:
      'The cut-over took too long, several times: much was left to carry over, or a place did not answer. The old place goes on.',
    hint: 'Run the command again at a quieter time: it goes on where it broke off.',
    retryable: false,
  },
  MOVE_BROKEN_OFF: {
    meaning: 'The move was broken off. The old place goes on as before.',
    hint: 'Run the same command again: it goes on where it broke off. To give it up for good: add --give-up.',
    retryable: false,
  },
} as const
