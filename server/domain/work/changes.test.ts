import { describe, expect, test } from 'vitest';
import { type ListedChange, PATCH_MAX_CHARS, readChangedFiles, showChange, splitPatch, worthReading } from './changes.ts';

const file = (path: string, lines: number | null = 1, more: Partial<ListedChange> = {}): ListedChange => ({
  ...{ path, from: null, status: 'modified', additions: lines, deletions: lines === null ? null : 0 },
  ...more,
});
const section = (path: string, body = '+x\n') => `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -0,0 +1 @@\n${body}`;

test('git’s listing: additions, deletions, renames, binaries, and a name with a line break', () => {
  const raw = [
    ':100644 100644 a b M',
    'src/a b.ts',
    ':100644 100644 a b R090',
    'old.ts',
    'new\n.ts',
    ':000000 100644 0 b A',
    'logo.png',
    ':100644 120000 a b T',
    'l',
  ];
  const numbers = ['3\t1\tsrc/a b.ts', '2\t0\t', 'old.ts', 'new\n.ts', '-\t-\tlogo.png', '1\t1\tl', ''];
  expect(readChangedFiles([...raw, ...numbers].join('\0'))).toEqual([
    { path: 'src/a b.ts', from: null, status: 'modified', additions: 3, deletions: 1 },
    { path: 'new\n.ts', from: 'old.ts', status: 'renamed', additions: 2, deletions: 0 },
    { path: 'logo.png', from: null, status: 'added', additions: null, deletions: null },
    { path: 'l', from: null, status: 'type', additions: 1, deletions: 1 },
  ]);
  expect(readChangedFiles('')).toEqual([]);
  expect(() => readChangedFiles(':100644 100644 a b M\0a\0')).toThrow(/nothing is said of a/);
});

test('neither binaries nor what nobody would read is read, and what follows still is', () => {
  const many = Array.from({ length: 8 }, (_, n) => file(`m${n}`, 2_900));
  expect(worthReading([file('a'), file('b.png', null), file('lock', 50_000), file('z')]).map(({ path }) => path)).toEqual(['a', 'z']);
  expect(worthReading([...many, file('small', 10)]).map(({ path }) => path)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'small']);
});

describe('patches of files', () => {
  test('each is its own, whatever the lines in it look like', () => {
    const tricky = section('a', '+diff --git a/b b/b\n+x\rdiff --git a/c b/c\n');
    expect(splitPatch([file('a'), file('b')], tricky + section('b'), false)).toEqual(
      new Map([
        ['a', tricky],
        ['b', section('b')],
      ]),
    );
  });
  test('a file that became a link has two', () => {
    const files = [file('l', 1, { status: 'type' }), file('m')];
    expect(splitPatch(files, section('l') + section('l') + section('m'), false).get('m')).toBe(section('m'));
  });
  test('of a text that was cut, the one cut through is left out', () => {
    expect([...splitPatch([file('a'), file('b')], `${section('a')}diff --git a/b b/b\n--- a`, true).keys()]).toEqual(['a']);
  });
});

test('a character that turns the direction of reading is shown by its name', () => {
  expect(showChange(file('a'), '+if (isAdmin\u202e \u2066// nothing\u2069) {}\n').patch).toBe('+if (isAdmin⟨U+202E⟩ ⟨U+2066⟩// nothing⟨U+2069⟩) {}\n');
});

test('what is shown holds no secret, and says what it withholds', () => {
  const token = `ghp_${'a'.repeat(36)}`;
  expect(showChange(file('a'), `+token=${token}\n`)).toMatchObject({ patch: '+token=[redacted]\n', withheld: null });
  const key = `+-----BEGIN PRIVATE KEY-----\n+${'M'.repeat(60)}\n+-----END PRIVATE KEY-----\n`;
  expect(showChange(file('key.pem'), key)).toMatchObject({ patch: null, withheld: 'secret', additions: 1 });
  expect(showChange(file('a.png', null), undefined)).toMatchObject({ patch: null, withheld: 'binary' });
  expect(showChange(file('lock'), undefined)).toMatchObject({ patch: null, withheld: 'large' });
  expect(showChange(file('min.js'), 'x'.repeat(PATCH_MAX_CHARS + 1))).toMatchObject({ patch: null, withheld: 'large' });
});
