/** Why a notification waits or became a dead letter, apart from the errors of its site (`civicrm.ts`). */
export const recordingErrors = {
  LEASE_LOST: {
    meaning:
      'This instance was silent for so long that another one took over the lane of the site: it writes nothing more there.',
    hint: 'Nothing to do: the other instance goes on. If it happens often, look for a machine that stands still or a slow database.',
    retryable: true,
  },
  RECORD_UNREADABLE: {
    meaning: 'What SNS delivered was genuine, but could not be read or decided when it was to be recorded.',
    hint: 'See the notification: civicrm-ses events notification ID. Report it; after an upgrade replay it.',
    retryable: false,
  },
  RECORD_REFUSED: {
    meaning: 'CiviCRM refused this effect for good, while others were recorded.',
    hint: "The reason is CiviCRM's own. Repair what it names and replay the dead letter.",
    retryable: false,
  },
  RECORD_DROPPED: {
    meaning:
      'A person dropped this notification while it waited for a site that is gone or paused: it was not recorded.',
    hint: 'To have it recorded after all, put it back, all of a site or one: civicrm-ses replay --dropped --site SITE, or civicrm-ses replay ID. It waits for its site again then; where that one is gone, hand it over: civicrm-ses waiting move.',
    retryable: false,
  },
  RECORD_FAILED: {
    meaning: 'This effect failed, while others of the site were recorded.',
    hint: 'Nothing to do: it is tried again, and becomes a dead letter if it keeps failing.',
    retryable: true,
  },
  RECORD_GAVE_UP: {
    meaning: 'An effect kept failing by itself, while others of the site were recorded.',
    hint: 'See the reason and the log of CiviCRM; replay the dead letter when it is repaired.',
    retryable: false,
  },
  RECORD_BROKEN_OFF: {
    meaning: 'The attempts at this notification broke off: the process ended, or met a fault of its own.',
    hint: 'Look into the log of the gateway for what happened then, and report it. Replay the dead letter after an upgrade.',
    retryable: false,
  },
  RECORD_ANSWER_UNKNOWN: {
    meaning: 'A call went unanswered and may still be running at the site.',
    hint: 'Nothing to do: when it can no longer be running, the gateway looks whether it was carried out.',
    retryable: true,
  },
  RECORD_HELD_BACK: {
    meaning: 'An earlier notification for the same recipient is not recorded yet.',
    hint: 'Nothing to do: the order is kept for each recipient.',
    retryable: true,
  },
  RECORD_POSTPONED: {
    meaning: 'The work ended before this was recorded: the gateway stopped, or could not go on for the moment.',
    hint: 'Nothing to do: it is taken up again by itself.',
    retryable: true,
  },
} as const
