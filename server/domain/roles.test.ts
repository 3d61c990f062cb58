import { expect, test } from 'vitest';
import { type Right, refuseLoss, roleMay, scopeMay, scopeToday, type TokenOrigin, whyDead } from './roles.ts';

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
  expect(scopeToday('admin', { role: 'admin' })).toBe('admin');
  expect(scopeToday('admin', { role: 'member' })).toBe('submit');
  expect(scopeToday('submit', { role: 'viewer' })).toBe('read');
  expect(scopeToday('read', { role: 'admin' })).toBe('read');
});

test('a token dies with the place of who made it, and beside a team with the way in that he had', () => {
  const maker = { removed: false, left: false, atMachine: false };
  const dead = (origin: TokenOrigin) => [true, false].map((localMode) => whyDead(origin, { localMode }) !== null);
  expect(dead({ ofStart: false, maker: null })).toEqual([false, false]);
  expect(dead({ ofStart: false, maker })).toEqual([false, false]);
  expect(dead({ ofStart: true, maker: null })).toEqual([false, true]);
  expect(dead({ ofStart: false, maker: { ...maker, atMachine: true } })).toEqual([false, true]);
  expect(dead({ ofStart: false, maker: { ...maker, removed: true } })).toEqual([true, true]);
  expect(dead({ ofStart: false, maker: { ...maker, left: true } })).toEqual([true, true]);
});

test('the last admin stays', () => {
  expect(refuseLoss({ role: 'admin', otherAdmins: 0 })).toMatch(/last admin/);
  expect(refuseLoss({ role: 'admin', otherAdmins: 1 })).toBeNull();
  expect(refuseLoss({ role: 'viewer', otherAdmins: 0 })).toBeNull();
});
