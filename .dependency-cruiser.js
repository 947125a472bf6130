/**
 * The arrows of the flow: ingest → inbox → ses → civimail → civicrm → recorder, with settings and
 * errors below, and control, cli and main above. docs/ARCHITECTURE.md draws them.
 */
const folders = {
  errors: [],
  config: ['civimail', 'settings', 'alarms', 'retention', 'errors'],
  ses: [],
  civimail: ['ses'],
  privacy: ['ses', 'civimail'],
  settings: ['civimail', 'privacy', 'database', 'errors'],
  database: ['errors'],
  leases: ['database', 'errors'],
  inbox: ['leases', 'database', 'errors'],
  ledger: ['ses', 'civimail', 'privacy', 'receivers', 'leases', 'database', 'errors'],
  installation: ['database', 'errors'],
  civicrm: ['civimail', 'privacy', 'settings', 'leases', 'database', 'errors'],
  refused: ['database', 'errors'],
  ingest: ['aws', 'inbox', 'refused', 'settings', 'leases', 'errors'],
  receivers: ['civimail', 'database'],
  aws: [],
  suppression: ['aws', 'settings', 'leases', 'database'],
  recorder: ['inbox', 'ses', 'civimail', 'civicrm', 'ledger', 'receivers', 'leases', 'settings', 'errors'],
  ops: ['ingest', 'inbox', 'ses', 'ledger', 'recorder', 'settings', 'errors'],
  alarms: ['ingest', 'inbox', 'ledger', 'recorder', 'suppression', 'ops', 'settings', 'database', 'errors'],
  retention: ['civimail', 'ledger', 'privacy', 'database', 'errors'],
  persons: ['civimail', 'ledger', 'privacy', 'database', 'errors'],
  simulator: ['civimail'],
  releases: ['civicrm', 'suppression', 'leases', 'settings', 'database', 'errors'],
  undo: [
    'ses',
    'civimail',
    'privacy',
    'civicrm',
    'ledger',
    'suppression',
    'releases',
    'settings',
    'database',
    'errors',
  ],
  whatIf: ['ses', 'civimail', 'privacy', 'ledger', 'undo'],
  replay: ['ingest', 'inbox', 'ses', 'civimail', 'civicrm', 'privacy', 'ledger', 'whatIf', 'undo', 'settings'],
  inspect: ['ingest', 'ses', 'civimail', 'settings', 'errors'],
  control: [
    'ingest',
    'inbox',
    'refused',
    'ses',
    'ledger',
    'retention',
    'persons',
    'privacy',
    'ops',
    'alarms',
    'civicrm',
    'civimail',
    'suppression',
    'releases',
    'undo',
    'whatIf',
    'replay',
    'settings',
    'errors',
  ],
}

const arrows = Object.entries(folders).map(([folder, allowed]) => ({
  name: `${folder}-points-along-the-flow`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$|/conformance\\.ts$' },
  to: {
    path: '^src/',
    pathNot: `^src/(clock\\.ts|timers\\.ts|rounds\\.ts|emitter\\.ts|${[folder, ...allowed].map((name) => `${name}/`).join('|')})`,
  },
}))

/** The folders of the recorder, each with those that it may use: a lane works off batches, a batch is carried out by calls. */
const recorderFolders = {
  site: [],
  state: ['site'],
  calls: ['state', 'site'],
  batch: ['calls', 'state', 'site'],
  lane: ['batch', 'calls', 'state', 'site'],
}

const recorderArrows = Object.entries(recorderFolders).map(([folder, allowed]) => ({
  name: `recorder-${folder}-points-along-the-flow`,
  severity: 'error',
  from: { path: `^src/recorder/${folder}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^src/recorder/(recorder\\.ts|[^/]+/)',
    pathNot: `^src/recorder/(${[folder, ...allowed].join('|')})/`,
  },
}))

export default {
  forbidden: [
    ...arrows,
    ...recorderArrows,
    {
      name: 'recorder-is-used-by-its-front',
      comment: 'What lies in its folders is its own affair: neither others nor what it shows them reach into it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/recorder/([^/]+/|recorder\\.ts)|\\.test\\.ts$' },
      to: { path: '^src/recorder/[^/]+/' },
    },
    {
      name: 'recorder-opens-lanes-only',
      severity: 'error',
      from: { path: '^src/recorder/recorder\\.ts$' },
      to: { path: '^src/recorder/[^/]+/', pathNot: '^src/recorder/lane/' },
    },
    {
      name: 'pure-folders-touch-nothing',
      comment: 'Interpret, correlate and decide replay: no clock, no network, no database.',
      severity: 'error',
      from: { path: '^src/(ses|civimail)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(url|crypto|buffer)$' },
    },
    {
      name: 'signer-and-verifier-share-nothing',
      severity: 'error',
      from: { path: '^src/simulator/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/ingest/' },
    },
    {
      name: 'sdk-is-loaded-when-it-is-needed',
      comment: 'Who has no queue and confirms nothing by the API does not pay for it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|^src/(testing|wholeGateway)/' },
      to: { path: '@aws-sdk/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'only-commands-compose',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|compose/|main\\.ts)|\\.test\\.ts$|^src/(testing|wholeGateway)/' },
      to: { path: '^src/(cli/|compose/|main\\.ts)' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|/conformance\\.ts$|^src/(testing|wholeGateway)/' },
      to: { path: '^(src/testing/|src/wholeGateway/|testbed/)|\\.test\\.ts$|/conformance\\.ts$' },
    },
    {
      name: 'no-development-packages-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|/conformance\\.ts$|^src/(testing|wholeGateway)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
}
