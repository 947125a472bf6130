/** Errors of the process configuration (one YAML file and the environment). */
export const configErrors = {
  CONFIG_UNREADABLE: {
    meaning: 'The configuration file is missing, may not be read, or is no YAML.',
    hint: 'Check the path and the line named; the shape is in docs/configuration.md.',
    retryable: false,
  },
  CONFIG_INVALID: {
    meaning: 'The configuration has mistakes.',
    hint: 'Correct the lines named; civicrm-ses check tells whether it is right.',
    retryable: false,
  },
  LISTEN_FAILED: {
    meaning: 'The gateway cannot listen at the configured address and port.',
    hint: 'Another program uses the port, or it needs more rights: choose another `listen.port`.',
    retryable: false,
  },
} as const
