import { expect, test } from 'vitest';
import { type Right, refuseLoss, roleMay, scopeMay, scopeToday } from './roles.ts';

const rights: Right[] = ['view', 'steer', 'admin'];

test('a role and a scope may do all that the lower ones may, and no more', () => {
  expect(rights.map((right) => roleMay('viewer', right))).toEqual([true, false, false]);
  expect(rights.map((right) => roleMay('member', right))).toEqual([true, true, false]);
  expect(rights.map((right) => roleMay('admin', right))).toEqual([true, true, true]);
  expect(rights.map((right) => scopeMay('read', right))).toEqual([true, false, false]);
  expect(rights.map((right) => scopeMay('submit', right))).toEqual([true, true, false]);
  expect(rights.map((right) => scopeMay('admin', right))).toEqual([true, true, true]);
});

test('a token never does more than who made it may today', () => {
  expect(scopeToday('admin', null)).toBe('admin');
  expect(scopeToday('admin', { role: 'admin', removed: false })).toBe('admin');
  expect(scopeToday('admin', { role: 'member', removed: false })).toBe('submit');
  expect(scopeToday('submit', { role: 'viewer', removed: false })).toBe('read');
  expect(scopeToday('read', { role: 'admin', removed: false })).toBe('read');
  expect(scopeToday('read', { role: 'admin', removed: true })).toBeNull();
});

test('the last admin stays', () => {
  expect(refuseLoss({ role: 'admin', otherAdmins: 0 })).toMatch(/last admin/);
  expect(refuseLoss({ role: 'admin', otherAdmins: 1 })).toBeNull();
  expect(refuseLoss({ role: 'viewer', otherAdmins: 0 })).toBeNull();
});
