import type { Task } from '../../../server/contracts/rest.ts';

/** The tasks of a spec with their boxes. */
export function Checklist({ tasks }: { tasks: readonly Task[] }) {
  return (
    <ul className="flex flex-col gap-1.5">
      {tasks.map((task) => (
        <li key={`${task.line}:${task.text}`} className="flex gap-2" style={{ paddingLeft: `${Math.min(task.depth, 6) * 1.25}rem` }}>
          <span role="img" aria-label={task.done ? 'done' : 'open'} className={task.done ? 'text-ok' : 'text-muted'}>
            {task.done ? '☑' : '☐'}
          </span>
          <span dir="auto" className={`min-w-0 flex-1 break-words ${task.done ? 'text-muted' : ''}`}>
            {task.text}
          </span>
        </li>
      ))}
    </ul>
  );
}
