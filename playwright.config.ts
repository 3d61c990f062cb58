import { defineConfig } from '@playwright/test';
import { CHROMIUM, CHROMIUM_FLAGS } from './e2e/chromium.ts';

/** Journeys in a real browser on the production build; each starts its own factory (e2e/factory.ts). */
export default defineConfig({
  testDir: 'e2e/journeys',
  outputDir: 'e2e/.out/results',
  fullyParallel: false,
  workers: 2,
  retries: 0,
  timeout: 480_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: 'e2e/.out/journeys.json' }]],
  use: {
    // A recorder takes a sixth of the time; what a failed journey saw last is written down without it.
    trace: process.env.CI ? 'off' : 'retain-on-failure',
    launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_FLAGS },
  },
});
