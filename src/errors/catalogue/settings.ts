/** Errors of sites and their secrets. */
export const settingsErrors = {
  SITE_EXISTS: {
    meaning: 'There is a site of this name already.',
    hint: 'Choose another name, or change the site that is there: civicrm-ses sites edit SITE.',
    retryable: false,
  },
  SITE_AT_WORK: {
    meaning: 'What waits for a site was to be moved or dropped, while the site is there and works on it.',
    hint: 'Pause or remove the site first: civicrm-ses sites pause SITE.',
    retryable: false,
  },
  SITE_PAUSED: {
    meaning: 'A site was to be gone on with that a person has paused.',
    hint: 'Say how it is to go on: civicrm-ses sites record SITE carries effects out, civicrm-ses sites watch SITE only shows them.',
    retryable: false,
  },
  SITE_INVALID: {
    meaning: 'The settings of a site do not fit: those given, or, after a change by hand, those in the database.',
    hint: 'Correct what is named. Where the stored ones are at fault, write the site anew: civicrm-ses sites apply FILE.',
    retryable: false,
  },
  SECRET_KEY_MISSING: {
    meaning:
      'The key file is not there: that which opens the secrets in the database, or that with which one is to be sealed.',
    hint: 'Put the key file of this installation there, from your copy of it or from another instance (it is in no backup), or name where it is: keyFile in the configuration, or CIVICRM_SES_KEY_FILE. For a new installation make one: civicrm-ses keys create. If it is lost for good: civicrm-ses keys forget-lost, then enter the API keys anew.',
    retryable: false,
  },
  SECRET_KEY_INVALID: {
    meaning: 'The key file cannot be read or holds no key.',
    hint: 'It must hold 32 bytes as base64 in one line, readable for the user that runs the gateway. If it is damaged, put your copy of it in its place; without one: civicrm-ses keys forget-lost, then enter the API keys anew.',
    retryable: false,
  },
  SECRET_KEY_UNWRITABLE: {
    meaning:
      'The key file cannot be written: its folder is not there, may not be written by this user, or is on a disk that is read-only or full. What it holds is as it was.',
    hint: 'Make the folder, let the user that runs the gateway write in it and run the command as that user, or name another place: keyFile in the configuration, or CIVICRM_SES_KEY_FILE. Then give the command again.',
    retryable: false,
  },
  SECRET_KEY_EXISTS: {
    meaning: 'A key file was to be made where there is one.',
    hint: 'See whether it is the right one: civicrm-ses keys status. To replace it: civicrm-ses keys rotate.',
    retryable: false,
  },
  SECRET_KEY_WRONG: {
    meaning: 'A stored secret was sealed with another key than the one in the key file.',
    hint: "Put the right key file back, or enter the site's API key anew (civicrm-ses sites edit SITE --api-key-file FILE).",
    retryable: false,
  },
  SECRET_KEY_IN_USE: {
    meaning: 'Secrets were to be forgotten as those of a lost key, while gateways run, which have it.',
    hint: 'Copy the key file from a machine on which one runs. If that is no way, stop all of them first.',
    retryable: false,
  },
  SECRET_DAMAGED: {
    meaning: 'A stored secret was changed or belongs to another site: the key fits, its seal does not.',
    hint: 'Enter it anew: civicrm-ses sites edit SITE --api-key-file FILE, or --site-key-file FILE.',
    retryable: false,
  },
} as const
