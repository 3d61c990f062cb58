import { prioritySchema, workItemStateSchema } from '../../../server/contracts/rest.ts';

/** What the address of the work list asks for. Pure. @param value of a name in the address, '' where it is not there */
export function workQuery(value: (name: string) => string) {
  const state = workItemStateSchema.safeParse(value('state'));
  const priority = prioritySchema.safeParse(value('priority'));
  const text = (name: 'q' | 'repo' | 'source') => (value(name) ? { [name]: value(name) } : {});
  return {
    ...(state.success ? { state: [state.data] } : {}),
    ...(priority.success ? { priority: [priority.data] } : {}),
    ...text('q'),
    ...text('repo'),
    ...text('source'),
  };
}
