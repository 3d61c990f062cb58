import { expect, test } from 'vitest';
import { splitWords } from './split-words.ts';

test.each([
  ['Run the tests, then commit.', 'run the tests then commit'],
  ['formatDay() in src/HTTPServer.test.ts', 'format day in src http server test ts'],
  ['MAX_WORKERS=2 and kebab-case', 'max workers 2 and kebab case'],
  ['parseJSON2Object', 'parse json2 object'],
  ['Café Zürich, don’t', 'cafe zurich don t'],
  ['日本語 — ¿?', ''],
  ['', ''],
])('%s', (text, words) => {
  expect(splitWords(text).join(' ')).toBe(words);
});
