import { describe, expect, it } from 'vitest';
import { findAbandoned, type OwnedThing, type Whereabouts } from './abandoned.ts';

const where: Whereabouts = { host: 'here', isGone: (dataDir) => dataDir.startsWith('/gone'), isInUse: () => false };
const thing = (id: string, labels: Record<string, string>, more: Partial<OwnedThing> = {}): OwnedThing => ({
  ...{ kind: 'network', id, running: false },
  labels: Object.fromEntries(Object.entries({ owner: 'o', host: 'here', ...labels }).map(([key, value]) => [`ai-factory.${key}`, value])),
  ...more,
});
const found = (things: OwnedThing[], more: Partial<Whereabouts> = {}) => findAbandoned(things, { ...where, ...more }).map(({ id }) => id);

describe('what a factory left behind', () => {
  it('is abandoned once its folder is gone from this machine', () => {
    expect(found([thing('n', { 'data-dir': '/gone/a' }), thing('m', { owner: 'p', 'data-dir': '/there' })])).toEqual(['n']);
  });

  it('is nobody’s business where the folder is another machine’s, or none is named', () => {
    expect(found([thing('n', { 'data-dir': '/gone/a', host: 'there' }), thing('m', { owner: 'p' })])).toEqual([]);
  });

  it('stays while a supervisor works on the folder or under the id', () => {
    const things = [thing('n', { 'data-dir': '/gone/a' }), thing('m', { owner: 'p', 'data-dir': '/gone/b' })];
    expect(found(things, { isInUse: ({ owner }) => owner === 'o' })).toEqual(['m']);
    expect(found(things, { isInUse: ({ dataDir }) => dataDir === '/gone/b' })).toEqual(['n']);
  });

  it('stays as a whole while one worker runs, or one thing names a folder that is there', () => {
    const gone = thing('n', { 'data-dir': '/gone/a' });
    expect(found([gone, thing('c', { 'data-dir': '/gone/a', role: 'worker' }, { kind: 'container', running: true })])).toEqual([]);
    expect(found([gone, thing('m', { 'data-dir': '/moved' })])).toEqual([]);
  });

  it('goes as a whole: with its relay, and with what names no folder yet', () => {
    const relay = thing('r', { 'data-dir': '/gone/a', role: 'relay' }, { kind: 'container', running: true });
    expect(found([thing('n', { 'data-dir': '/gone/a' }), relay, thing('v', {}, { kind: 'volume' })])).toEqual(['n', 'r', 'v']);
  });
});
