/**
 * Who may import whom (docs/architecture.md). apps → features → platform; never up, never sideways but where listed,
 * never in a circle; across libs only through `#libs/<lib>`, which is that lib's index.
 */
const PLATFORM = [
  'errors',
  'config',
  'secrets',
  'database',
  'audit',
  'outbound',
  'queue',
  'http',
  'pages',
  'lifecycle',
];

/** Feature libs and the feature libs that each may import; all may import the platform. */
const FEATURES = {
  accounts: [],
  engines: [],
  oauth: ['accounts'],
  catalog: ['accounts'],
  files: ['accounts'],
  inference: ['accounts', 'catalog', 'files', 'engines'],
  mcp: ['accounts', 'catalog', 'files', 'inference', 'oauth'],
};

/** Platform libs stand on each other only where listed. */
const PLATFORM_USES = {
  errors: [],
  config: ['errors'],
  secrets: [],
  database: ['config', 'errors'],
  audit: [],
  outbound: ['errors'],
  queue: ['config', 'errors', 'database'],
  lifecycle: ['config', 'errors'],
  http: ['config', 'errors', 'database', 'queue'],
  pages: ['config', 'errors'],
};

const layerRule = ([lib, allowed]) => ({
  name: `layer-${lib}`,
  comment: `${lib} may import only: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^libs/${lib}/` },
  to: { path: '^(libs|apps)/', pathNot: `^libs/(${[lib, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...Object.entries(FEATURES).map(([lib, uses]) => layerRule([lib, [...PLATFORM, ...uses]])),
    ...Object.entries(PLATFORM_USES).map(layerRule),
    {
      name: 'only-through-index',
      comment: 'Another lib is entered through its index.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'apps-through-index',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'not-own-index',
      comment: 'Inside a lib only relative imports of the file that is meant.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/$1/src/index\\.ts$' },
    },
    // The tests' global set-up takes the built module, which linting does not wait for.
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '/dist/' } },
    {
      name: 'no-dev-packages',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: ['\\.spec\\.ts$', '^apps/demo/'] },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['\\.spec\\.ts$', '^dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
