import { defineConfig } from 'vitest/config';

/** A poll that ends when what it waits for is there: how long that may take says nothing of the product. */
const expect = { poll: { timeout: 20_000 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          expect,
          testTimeout: 30_000,
          include: ['{server,worker,app}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.int.test.ts', '**/*.docker.test.ts', '**/*.pgvector.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          expect,
          include: ['{app,server,worker,e2e}/**/*.int.test.ts'],
          globalSetup: ['e2e/postgres-setup.ts'],
          // next-auth names files of next as a bundler would find them; Node would not.
          server: { deps: { inline: ['next-auth'] } },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'pgvector',
          expect,
          include: ['{server,worker,e2e}/**/*.pgvector.test.ts'],
          globalSetup: ['e2e/postgres-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'docker',
          expect,
          include: ['{server,worker,e2e}/**/*.docker.test.ts'],
          globalSetup: ['e2e/postgres-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
        },
      },
    ],
  },
});
