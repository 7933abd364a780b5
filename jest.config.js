import { availableParallelism } from 'node:os';

/**
 * Nest 12 and several of its friends ship ESM only, which plain Jest cannot load on Node 20. So SWC renders
 * everything, packages included, to CommonJS for the tests (docs/adr/0005). The e2e suites start the built
 * `dist` as real processes, so the ESM that ships is tested as it ships.
 */
const transform = {
  '^.+\\.(ts|mts)$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        target: 'es2022',
        keepClassNames: true,
      },
      module: { type: 'commonjs' },
    },
  ],
  '^.+\\.(js|mjs)$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }],
};

const common = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  transform,
  transformIgnorePatterns: [],
  moduleNameMapper: {
    '^#libs/(.*)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'],
  },
  setupFiles: ['reflect-metadata'],
};

export default {
  // Most suites wait for a database or another process, so a small machine has time for two.
  // The usual five seconds are too few for a suite that starts a server while another one migrates a database.
  testTimeout: 30_000,
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Jest keeps some of each suite's modules (https://github.com/jestjs/jest/issues/11956): a fresh worker in time.
  workerIdleMemoryLimit: '1.5GB',
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
    {
      ...common,
      // The suites of requests once more, with queue and events on Redis.
      displayName: 'redis',
      testMatch: [
        '<rootDir>/libs/inference/src/**/{inference,cancel,dead-workers,fair-queue,repeated-submissions,admin-queues}.spec.ts',
        '<rootDir>/libs/queue/src/{redis-check,events/event-bus}.spec.ts',
      ],
      globals: { QUEUE_STORE: 'redis' },
      globalSetup: '<rootDir>/test/support/redis-setup.mjs',
      globalTeardown: '<rootDir>/test/support/redis-teardown.mjs',
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
    {
      ...common,
      displayName: 'conformance',
      testMatch: ['<rootDir>/test/conformance/**/*.conformance-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
    {
      ...common,
      displayName: 'chaos',
      testMatch: ['<rootDir>/test/chaos/**/*.chaos-spec.ts'],
    },
  ],
};
