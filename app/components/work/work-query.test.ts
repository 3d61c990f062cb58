import { expect, test } from 'vitest';
import { workQuery } from './work-query.ts';

const ask = (address: string) => workQuery((name) => new URLSearchParams(address).get(name) ?? '');

test('an address asks for what it names; what cannot be asked is left out', () => {
  expect(ask('q=tea&state=queued&priority=low&repo=acme/shop&source=api')).toEqual({
    ...{ q: 'tea', state: ['queued'], priority: ['low'], repo: 'acme/shop', source: 'api' },
  });
  expect(ask(`q=${'x'.repeat(201)}&state=odd&priority=urgent&repo=a%00b&source=${'x'.repeat(65)}`)).toEqual({});
});
