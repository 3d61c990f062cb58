import { describe, expect, test } from 'vitest';
import { checkTasks, countTasks, parseSpec } from './spec.ts';

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
