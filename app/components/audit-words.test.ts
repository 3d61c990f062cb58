import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AUDIT_ACTIONS } from '../../server/contracts/audit-actions.ts';
import { AUDIT_WORDS, auditChange, auditWords } from './audit-words.ts';

test('every act has words, and none is told by its raw name', () => {
  expect(Object.keys(AUDIT_WORDS).sort()).toEqual([...AUDIT_ACTIONS].sort());
  for (const action of AUDIT_ACTIONS) expect(auditWords(action)).toMatch(/^[a-z][a-zA-Z ,]+$/);
  expect(auditWords('of.another.version')).toBe('of.another.version');
});

test('rows that are written past recordAudit have an act of the list too', () => {
  const root = join(import.meta.dirname, '../../server');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /^(services|db)\/.*(?<!test)\.ts$/.test(name) && !name.includes('generated'),
  );
  const written = files.flatMap((name) => {
    const text = readFileSync(join(root, name), 'utf8');
    const direct = /audit\.create\(|INSERT INTO audit/.test(text) && !name.endsWith('record-audit.ts');
    const found = [...text.matchAll(/action: '([\w.]+)'/g), ...text.matchAll(/INSERT INTO audit .*?VALUES \('[^']*', '([\w.]+)'/g)].map(([, action]) => action);
    return direct ? found : [];
  });
  expect(written.length).toBeGreaterThan(3);
  expect(written.filter((action) => !(AUDIT_ACTIONS as readonly (string | undefined)[]).includes(action))).toEqual([]);
});

test('values are shown as people read them', () => {
  expect(auditChange({ action: 'state', from: 'running', to: 'in_review' })).toBe('running → in review');
  expect(auditChange({ action: 'change.maxUsd', from: '10', to: '25' })).toBe('$10 → $25');
  expect(auditChange({ action: 'limit.dailyBudgetUsd', from: 'null', to: '25' })).toBe('no cap → $25');
  expect(auditChange({ action: 'repository.changed', from: null, to: 'acme/shop_two' })).toBe('acme/shop_two');
  expect(auditChange({ action: 'factory.paused', from: null, to: null })).toBe('');
});
