import { describe, expect, test } from 'vitest';
import { suggestRepositories } from './suggest-repositories.ts';

const known = ['acme/workshop', 'acme/Shop', 'shopify/cli', 'ssh://git@host/x.git'];

describe('suggestRepositories', () => {
  test('begins of owner or name come before what merely holds it, whatever the case', () => {
    expect(suggestRepositories(known, ' SHOP ')).toEqual(['acme/Shop', 'shopify/cli', 'acme/workshop']);
  });

  test('offers all for nothing, and nothing for the one name that is typed in full', () => {
    expect(suggestRepositories(known, '')).toHaveLength(4);
    expect(suggestRepositories(known, 'acme/shop')).toEqual([]);
    expect(suggestRepositories(known, 'elsewhere')).toEqual([]);
  });

  test('shows 8 at most', () => {
    expect(
      suggestRepositories(
        Array.from({ length: 50 }, (_, n) => `acme/r${n}`),
        'r',
      ),
    ).toHaveLength(8);
  });
});
