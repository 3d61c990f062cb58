import { expect, test } from 'vitest';
import { afterSending } from './after-sending.ts';

test('what was sent goes; what was typed meanwhile stays', () => {
  expect(afterSending('Mind the tea.', 'Mind the tea.')).toBe('');
  expect(afterSending('Mind the tea.\nAnd the milk.', 'Mind the tea.')).toBe('And the milk.');
  expect(afterSending('Never mind', 'Mind the tea.')).toBe('Never mind');
});
