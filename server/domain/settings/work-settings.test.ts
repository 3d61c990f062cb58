import { expect, test } from 'vitest';
import { decideWorkSettings, explainWorkSettings } from './work-settings.ts';

const NOTHING = { setup: null, verify: null, baseBranch: null, image: null };
const ENVIRONMENT = { setupCommand: 'npm ci', verifyCommand: null };

test('whose word holds is told, and it is the word that is followed', () => {
  const item = { ...NOTHING, verify: 'npm test' };
  const repository = { ...NOTHING, verify: 'make', baseBranch: 'next' };
  const told = explainWorkSettings(item, repository, ENVIRONMENT);
  expect(told).toEqual({
    setup: { of: 'factory', value: 'npm ci' },
    verify: { of: 'item', value: 'npm test' },
    baseBranch: { of: 'repository', value: 'next' },
  });
  const { setup, verify, baseBranch } = decideWorkSettings(item, { ...repository, testEnv: {}, agent: null }, ENVIRONMENT);
  expect({ setup, verify, baseBranch }).toEqual({ setup: told.setup?.value, verify: told.verify?.value, baseBranch: told.baseBranch?.value });
});

test('where nobody says anything, nothing is told', () => {
  expect(explainWorkSettings(NOTHING, null, { setupCommand: null, verifyCommand: null })).toEqual({ setup: null, verify: null, baseBranch: null });
});
