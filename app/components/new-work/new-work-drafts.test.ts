import { beforeEach, expect, test } from 'vitest';
import { type DraftStorage, dropDraft, holdDraft, openDraft, releaseDraft, storeDraft } from './new-work-drafts.ts';

/** As a browser's: its keys are its own properties. */
function storage(from: Record<string, string> = {}): Storage {
  const kept: Record<string, string> = { ...from };
  const methods = {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => void (kept[key] = value),
    removeItem: (key: string) => void delete kept[key],
  };
  return new Proxy({}, { get: (_, name) => methods[name as keyof typeof methods], ownKeys: () => Object.keys(kept), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) }) as Storage; // prettier-ignore
}
let local: Storage;
let ids = 0;
let now = 1_000_000;
beforeEach(() => {
  local = storage();
});

const newTab = (): DraftStorage => ({ local, tab: storage() });
const open = (tab: DraftStorage, by = 'ada') => openDraft(tab, { by, now: (now += 1_000), newId: () => `id${(ids += 1)}` });
/** Opens the form and types. */
function type(tab: DraftStorage, draft: string, by = 'ada'): string {
  const { id } = open(tab, by);
  holdDraft(tab, id, now);
  storeDraft(tab, { id, by, at: now, draft });
  return id;
}

test('a reload begins with the tab’s own draft, a new tab with the newest that no form is open with', () => {
  const [a, b] = [newTab(), newTab()];
  const first = type(a, 'tea');
  const second = type(b, 'milk');
  expect(second).not.toBe(first);
  releaseDraft(a, first);
  expect(open(a)).toEqual({ id: first, draft: 'tea' });
  holdDraft(a, first, now);
  expect(open(newTab()).draft).toBeNull();
  releaseDraft(b, second);
  expect(open(newTab())).toEqual({ id: second, draft: 'milk' });
});

test('a tab whose draft was submitted begins empty, and the other’s stands', () => {
  const [a, b] = [newTab(), newTab()];
  dropDraft(a, type(a, 'tea'));
  const other = type(b, 'milk');
  releaseDraft(b, other);
  expect(open(a).draft).toBeNull();
  expect(open(b)).toEqual({ id: other, draft: 'milk' });
});

test('a duplicated tab goes on with a copy', () => {
  const a = newTab();
  const id = type(a, 'tea');
  const copy: DraftStorage = { local, tab: storage({ 'factory.draft.new-work-of-tab': id }) };
  const opened = open(copy);
  expect(opened).toMatchObject({ draft: 'tea' });
  expect(opened.id).not.toBe(id);
});

test('a browser that died holds nothing for long; another person’s draft is not offered', () => {
  const a = newTab();
  const id = type(a, 'tea');
  expect(open(newTab(), 'grace').draft).toBeNull();
  now += 200_000;
  expect(open(newTab())).toEqual({ id, draft: 'tea' });
});

test('of those that nobody goes on with the newest are kept', () => {
  const made = Array.from({ length: 14 }, (_, n) => {
    const tab: DraftStorage = { local, tab: storage({ 'factory.draft.new-work-of-tab': `t${n}` }) };
    const id = type(tab, `draft ${n}`);
    releaseDraft(tab, id);
    return id;
  });
  open(newTab());
  expect(Object.keys(local).filter((key) => key.includes('.new-work.')).map((key) => key.split('.').at(-1))).toEqual(made.slice(4)); // prettier-ignore
});
