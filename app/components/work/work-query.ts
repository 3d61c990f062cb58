import { PRIORITIES, WORK_ITEM_STATES, WORK_TEXT_MAX, oneOf } from '../../../server/contracts/vocabulary.ts';

/** What the address of the work list asks for; what cannot be asked is left out. Pure. @param value of a name in the address, '' where it is not there */
export function workQuery(value: (name: string) => string) {
  const state = oneOf(WORK_ITEM_STATES, value('state'));
  const priority = oneOf(PRIORITIES, value('priority'));
  const text = (name: 'q' | 'repo' | 'source') => {
    const wanted = value(name);
    return wanted !== '' && wanted.length <= WORK_TEXT_MAX[name] && !wanted.includes('\0') ? { [name]: wanted } : {};
  };
  return {
    ...(state && { state: [state] }),
    ...(priority && { priority: [priority] }),
    ...text('q'),
    ...text('repo'),
    ...text('source'),
  };
}
