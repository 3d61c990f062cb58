import { describe, expect, test } from 'vitest';
import { checkTasks, countTasks, parseSpec, tickBoxes } from './spec.ts';

describe('parseSpec', () => {
  test('finds tasks in every list style and at any depth, and the title', () => {
    const { title, tasks } = parseSpec('# Add *greeting*\n\n- [ ] one\n  - [x] one.a\n* [ ] two\n\n+ [X] three\n\n1. [ ] four\n2) [ ] five\n');
    expect(title).toBe('Add greeting');
    expect(tasks.map((task) => [task.text, task.done, task.depth])).toEqual([
      ['one', false, 0],
      ['one.a', true, 1],
      ['two', false, 0],
      ['three', true, 0],
      ['four', false, 0],
      ['five', false, 0],
    ]);
    expect(countTasks(tasks)).toEqual({ done: 2, total: 6 });
    expect(tasks[1]?.line).toBe(4);
  });

  test('never finds one inside code, and none in plain lists', () => {
    expect(parseSpec('```\n- [ ] fenced\n```\n\n    - [ ] indented\n\n- plain\n\n`- [ ] inline`').tasks).toEqual([]);
  });
});

describe('the text of a task and the title', () => {
  test.each([
    ['**bold** and *em*', 'bold and em'],
    ['call `f(*a*)` twice', 'call f(*a*) twice'],
    ['see [the page](https://example.com/x)', 'see the page'],
    ['a \\*star\\* &amp; more', 'a *star* & more'],
    ['# not a heading', '# not a heading'],
    ['1. not a list', '1. not a list'],
    ['mail a@b.org or www.example.org', 'mail a@b.org or www.example.org'],
    ['~~old~~ new', 'old new'],
  ])('%s reads %s', (written, read) => {
    expect(parseSpec(`# ${written}\n`).title).toBe(read);
    expect(parseSpec(`> - [ ] ${written}\n`).tasks.map((task) => task.text)).toEqual([read]);
  });

  test('goes on over lines, and what is in a comment is no task', () => {
    expect(parseSpec('- [ ] one\n  and **more**\n').tasks.map((task) => task.text)).toEqual(['one and more']);
    expect(parseSpec('<!--\n- [ ] hidden\n-->\n\n- [ ] shown').tasks.map((task) => task.text)).toEqual(['shown']);
  });
});

describe('text that would hold the process', () => {
  test.each([
    ['lists in lists on one line', `${'- '.repeat(5_000)}[ ] x`, /more than 32 deep/],
    ['quotes in quotes', `${'>'.repeat(60_000)} - [ ] x`, /more than 32 deep/],
    ['a ladder of lists', Array.from({ length: 500 }, (_, n) => `${'  '.repeat(n)}- [ ] a`).join('\n'), /more than 32 deep/],
    ['many lists in lists', `${'- '.repeat(30)}[ ] x\n`.repeat(1_500), /nests too many/],
    ['lists without end', '- [ ] task\n'.repeat(20_000), /over 10000 lines/],
    ['many items', '- [ ] task\n'.repeat(2_001), /over 2000 lines of lists/],
  ])('%s: is not read, and says why', (_name, markdown, why) => {
    expect(parseSpec(markdown)).toEqual({ title: null, tasks: [], refused: expect.stringMatching(why) as string });
    expect(checkTasks('- [ ] x', markdown)).toEqual({ spec: '- [ ] x', checked: [] });
  });

  test.each([
    ['emphasis', '*a_'.repeat(60_000)],
    ['images', '![a]('.repeat(40_000)],
    ['brackets', '['.repeat(100_000)],
    ['addresses', 'a.'.repeat(100_000)],
  ])(
    '%s in one paragraph: is read',
    (_name, text) => {
      expect(parseSpec(`- [ ] ${text}\n- [ ] two`).tasks).toHaveLength(2);
    },
    15_000,
  );
});

describe('tickBoxes', () => {
  const stored = '# T\n\n- [ ] one [ ]\n- [x] two\n- [ ] three\n';

  test('ticks boxes of tasks and never unticks one', () => {
    expect(tickBoxes(stored, '# T\n\n- [X] one [ ]\n- [ ] two\n- [ ] three\n')).toEqual({ spec: '# T\n\n- [x] one [ ]\n- [x] two\n- [ ] three\n', done: 2 });
  });

  test('takes nothing where no task is newly ticked or the text differs beside its boxes', () => {
    expect(tickBoxes(stored, stored)).toBeNull();
    expect(tickBoxes(stored, '# T\n\n- [ ] one [x]\n- [x] two\n- [ ] three\n')).toBeNull();
    expect(tickBoxes(stored, '# T\n\n- [x] one [ ]\n- [x] two\n- [x] easier\n')).toBeNull();
    expect(tickBoxes(stored, '- '.repeat(100_000))).toBeNull();
  });
});

describe('checkTasks', () => {
  test('ticks only boxes of the stored text', () => {
    const stored = '# T\n\nContext stays.\n\n- [ ] one\n- [ ] two\n- [x] three\n';
    const copy = '# Other\n- [x] one\n- [x] two, reworded\n- [ ] three\n- [x] invented\n';
    expect(checkTasks(stored, copy)).toEqual({ spec: '# T\n\nContext stays.\n\n- [x] one\n- [ ] two\n- [x] three\n', checked: ['one'] });
  });

  test('equal texts are matched one by one', () => {
    expect(checkTasks('- [ ] same\n- [ ] same\n', '- [x] same\n- [ ] same\n').spec).toBe('- [x] same\n- [ ] same\n');
    expect(checkTasks('- [ ] same\n- [ ] same\n', '- [x] same\n').checked).toEqual(['same']);
  });
});
