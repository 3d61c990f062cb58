'use client';

import { type KeyboardEvent, useId, useState } from 'react';
import { type FieldProps, INPUT } from '../settings/field.tsx';
import { suggestRepositories } from './suggest-repositories.ts';
import { useKnownRepositories } from './use-known-repositories.ts';

/** A repository by name, with those that the factory knows offered as one types; any other name is taken too. */
export function RepositoryPicker({ value, change, field }: { value: string; change: (name: string) => void; field: FieldProps }) {
  const known = useKnownRepositories();
  const listId = useId();
  const [open, setOpen] = useState(false);
  /** Which offer the arrow keys stand on; -1: none, and Enter submits the form. */
  const [active, setActive] = useState(-1);
  const offers = open ? suggestRepositories(known, value) : [];
  const at = Math.min(active, offers.length - 1);
  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const take = (name: string) => {
    change(name);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const chosen = offers[at];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const count = suggestRepositories(known, value).length;
      setOpen(true);
      // -1 lies between the last and the first.
      setActive(event.key === 'ArrowDown' ? ((at + 2) % (count + 1)) - 1 : ((at + 1 + count) % (count + 1)) - 1);
    } else if (event.key === 'Enter' && chosen !== undefined) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === 'Escape' && offers.length > 0) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return (
    <div className="relative">
      <input
        {...field}
        role="combobox"
        aria-expanded={offers.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `${listId}-${at}` : undefined}
        value={value}
        required
        autoComplete="off"
        className={INPUT}
        onChange={(event) => {
          change(event.target.value);
          setOpen(true);
          setActive(-1);
        }}
        onClick={() => setOpen(true)}
        onBlur={close}
        onKeyDown={onKeyDown}
      />
      <ul
        id={listId}
        role="listbox"
        aria-label="Known repositories"
        hidden={offers.length === 0}
        className="absolute z-10 mt-1 max-h-72 w-full overflow-auto rounded border border-line bg-bg py-1 shadow-lg"
      >
        {offers.map((name, n) => (
          <li
            key={name}
            id={`${listId}-${n}`}
            role="option"
            aria-selected={n === at}
            className={`cursor-pointer truncate px-2.5 py-1.5 hover:bg-hover ${n === at ? 'bg-hover' : ''}`}
            // The input keeps the focus.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(name)}
          >
            {name}
          </li>
        ))}
      </ul>
      <span role="status" className="sr-only">
        {open && value !== '' ? `${offers.length} known ${offers.length === 1 ? 'repository' : 'repositories'}` : ''}
      </span>
    </div>
  );
}
