/** Reasons why a notification is refused; the HTTP answer of each is chosen in ingest/http. */
export const ingestErrors = {
  SNS_BODY_UNREADABLE: {
    meaning: 'The body is no JSON object in UTF-8.',
    hint: 'Something other than Amazon SNS posts here, or a proxy changes the body.',
    retryable: false,
  },
  SNS_ENVELOPE_INVALID: {
    meaning: 'The body is JSON, but no SNS message: a field is missing or of the wrong type.',
    hint: 'Point only SNS subscriptions (protocol HTTPS, raw delivery off) at this address.',
    retryable: false,
  },
  SNS_RAW_DELIVERY: {
    meaning: 'The subscription uses raw message delivery, which carries no signature.',
    hint: 'Switch "raw message delivery" off for this subscription.',
    retryable: false,
  },
  SNS_HEADER_MISMATCH: {
    meaning: 'A header of the request contradicts the signed body.',
    hint: 'A proxy mixes up requests, or the message is forged.',
    retryable: false,
  },
  SNS_TOPIC_NOT_ALLOWED: {
    meaning: "The topic is not on the site's allow-list.",
    hint: 'If it is yours: civicrm-ses topics allow ARN --site SITE.',
    retryable: false,
  },
  SNS_CERTIFICATE_URL: {
    meaning: 'SigningCertURL does not name a certificate of SNS in the region and partition of the topic.',
    hint: 'The message is forged, or comes from a partition this version does not know.',
    retryable: false,
  },
  SNS_CERTIFICATE_UNAVAILABLE: {
    meaning: 'The signing certificate could not be fetched just now, or what came is no certificate.',
    hint: 'Allow outgoing HTTPS to sns.<region>.amazonaws.com, or give a folder of certificates. SNS repeats the message.',
    retryable: true,
  },
  SNS_CERTIFICATE_INVALID: {
    meaning: 'The signing certificate has expired, bears another name, or its key is weak.',
    hint: 'The message is old or forged, or the clock of this machine runs ahead.',
    retryable: false,
  },
  SNS_CERTIFICATE_NOT_YET_VALID: {
    meaning: 'The signing certificate becomes valid only later.',
    hint: 'Check the clock of this machine: it probably runs behind. SNS repeats the message.',
    retryable: true,
  },
  SNS_TIMESTAMP_TOO_OLD: {
    meaning: 'The message bears a time of months ago; its signing certificate was valid then, and is no longer.',
    hint: 'Check the clock of this machine: it probably runs ahead. SNS repeats the message.',
    retryable: true,
  },
  SNS_SIGNATURE_INVALID: {
    meaning: "The signature does not fit the message's content.",
    hint: 'The message is forged, or something on the way changed it.',
    retryable: false,
  },
  SNS_SIGNATURE_VERSION: {
    meaning: 'SignatureVersion is neither 1 nor 2.',
    hint: 'Set the topic attribute SignatureVersion to 2.',
    retryable: false,
  },
  HTTP_BODY_TOO_LARGE: {
    meaning: 'The body is larger than 2 MiB, which SNS never sends.',
    hint: 'Something other than Amazon SNS posts here.',
    retryable: false,
  },
  SITE_UNKNOWN: {
    meaning: 'The address names a site that this gateway does not have.',
    hint: 'See civicrm-ses sites list.',
    retryable: false,
  },
  GATEWAY_STOPPING: {
    meaning: 'The gateway is stopping.',
    hint: 'SNS repeats the message.',
    retryable: true,
  },
} as const
