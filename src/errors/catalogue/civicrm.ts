/**
 * Errors of a CiviCRM site, one for each kind of failed request (CrmErrorKind), as the commands show
 * them. Whether a call may have been carried out in spite of the error stands with the error, not here.
 */
export const civicrmErrors = {
  CIVICRM_UNREACHABLE: {
    meaning: 'No connection to the CiviCRM site: its name is not found, nothing listens there, or TLS fails.',
    hint: 'Open the address of the site from this machine (curl -I ADDRESS). Check its name, firewall and certificate.',
    retryable: true,
  },
  CIVICRM_TIMEOUT: {
    meaning: 'The request was sent, and no complete answer came in time.',
    hint: 'The site is slow or busy. If it happens often, lower `batchSize` or raise `timeoutSeconds` of the site.',
    retryable: true,
  },
  CIVICRM_INTERRUPTED: {
    meaning: 'The connection broke after the request was sent.',
    hint: "Look into the log of the site's web server and PHP: a worker may have been killed (memory, time limit, restart).",
    retryable: true,
  },
  CIVICRM_MAINTENANCE: {
    meaning: 'The site is in maintenance mode or says that it is unavailable for now (503).',
    hint: 'Nothing to do: the gateway goes on by itself when the site is back.',
    retryable: true,
  },
  CIVICRM_OVERLOADED: {
    meaning: 'The site, or a proxy in front of it, turns the request away for its load (429, 502, 504).',
    hint: 'The gateway tries again with less at a time. If it stays: lower `requestsAtOnce` or `requestsPerSecond`, or allow longer requests in the proxy.',
    retryable: true,
  },
  CIVICRM_TOO_LARGE: {
    meaning: 'The web server of the site, or a proxy in front of it, takes no request of this size (413).',
    hint: 'The gateway sends less at a time, down to one. If even that is refused, allow larger bodies there (client_max_body_size, post_max_size, SecRequestBodyLimit).',
    retryable: true,
  },
  CIVICRM_CREDENTIAL: {
    meaning: 'The site does not accept the login: wrong API key, blocked user, missing guard, or an anonymous request.',
    hint: 'Check the API key and its contact\'s user, and that the role may "authenticate with api key": civicrm-ses sites test SITE.',
    retryable: false,
  },
  CIVICRM_PERMISSION: {
    meaning: 'The login works, but its role may not do this call.',
    hint: 'civicrm-ses sites test SITE names the permission that is missing.',
    retryable: false,
  },
  CIVICRM_ADDRESS: {
    meaning: 'What answers at this address is a redirect, a missing page or a web page, not the API of CiviCRM.',
    hint: 'Check --url (https, host with or without www, sub-folder) and --url-form (clean, wordpress, joomla) of the site; civicrm-ses sites test SITE tries the forms.',
    retryable: false,
  },
  CIVICRM_REPLY: {
    meaning: 'The answer came from the API, but is not what was asked: too few results, or an unexpected shape.',
    hint: 'A firewall or a plugin may change requests or answers; civicrm-ses sites test SITE shows more.',
    retryable: false,
  },
  CIVICRM_TIME_ZONE: {
    meaning:
      'The time zone in the settings of the site is none, or its clock shows another one. Dates would be read hours wrong: somebody who was released would be held again, or a true bounce would not count.',
    hint: "Have it asked of the site: civicrm-ses sites edit SITE --time-zone ask. Or name the right one. If it is right, set the clock of the site's web server and database, and the time zone of the gateway's user in the CMS.",
    retryable: false,
  },
  CIVICRM_SERVER: {
    meaning: 'The site failed with an internal error (500).',
    hint: 'Look for the error ID or the time in the log of CiviCRM (ConfigAndLog) and of PHP.',
    retryable: true,
  },
  CONTACTS_UNKNOWN_EMAIL: {
    meaning: 'A mailing of the built-in contact store names an e-mail row that the site does not have.',
    hint: 'Take the ids from civicrm-ses contacts list --site SITE --json.',
    retryable: false,
  },
} as const
