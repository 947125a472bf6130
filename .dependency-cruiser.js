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
  ledger: ['ses', 'civimail', 'privacy', 'leases', 'database', 'errors'],
  installation: ['database', 'errors'],
  ingest: ['inbox', 'settings', 'leases', 'errors'],
  civicrm: ['civimail', 'privacy', 'settings', 'leases', 'database', 'errors'],
  receivers: ['civimail', 'database'],
  aws: [],
  suppression: ['aws', 'settings', 'leases', 'database'],
  recorder: ['inbox', 'ses', 'civimail', 'civicrm', 'ledger', 'receivers', 'leases', 'settings', 'errors'],
  ops: ['ingest', 'inbox', 'ses', 'ledger', 'recorder', 'settings', 'errors'],
  alarms: ['ingest', 'inbox', 'ledger', 'recorder', 'ops', 'settings', 'database', 'errors'],
  retention: ['civimail', 'ledger', 'privacy', 'database'],
  persons: ['civimail', 'ledger', 'privacy', 'database'],
  simulator: ['civimail'],
  releases: ['civicrm', 'suppression', 'leases', 'settings', 'database', 'errors'],
  undo: ['ses', 'civimail', 'civicrm', 'ledger', 'suppression', 'releases', 'settings', 'database', 'errors'],
  whatIf: ['ses', 'civimail', 'privacy', 'ledger'],
  replay: ['ingest', 'inbox', 'ses', 'civimail', 'privacy', 'ledger', 'whatIf', 'settings'],
  inspect: ['ingest', 'ses', 'civimail', 'settings', 'errors'],
  control: [
    'ingest',
    'inbox',
    'ses',
    'ledger',
    'retention',
    'persons',
    'privacy',
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
    pathNot: `^src/(clock\\.ts|timers\\.ts|emitter\\.ts|${[folder, ...allowed].map((name) => `${name}/`).join('|')})`,
  },
}))

export default {
  forbidden: [
    ...arrows,
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
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'only-commands-compose',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|compose/|main\\.ts)|\\.test\\.ts$|^src/testing/' },
      to: { path: '^src/(cli/|compose/|main\\.ts)' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|/conformance\\.ts$|^src/testing/' },
      to: { path: '^(src/testing/|testbed/)|\\.test\\.ts$|/conformance\\.ts$' },
    },
    {
      name: 'no-development-packages-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|/conformance\\.ts$|^src/testing/' },
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
