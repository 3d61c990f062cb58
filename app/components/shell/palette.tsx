'use client';

import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { useTheme } from 'next-themes';
import { useEffect, useRef, useState } from 'react';
import { useTRPC } from '../trpc.ts';
import { StateBadge } from '../ui.tsx';
import { type Screen, SCREENS, SETTINGS_SCREENS } from './screens.ts';
import { useGo } from './use-go.ts';
import { useMe } from './use-me.ts';
import { usePaletteActs } from './use-palette-acts.ts';

const FOUND_AT_MOST = 8;
const SETTLE_MS = 150;
const ITEM = 'flex min-h-9 cursor-pointer items-center gap-3 rounded px-2 py-1 aria-selected:bg-hover';
const GROUP = '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-[13px] [&_[cmdk-group-heading]]:text-muted';
const THEMES = ['dark', 'light', 'system'] as const;

/** ⌘K: every screen, every work item by its title or id, and what can be done from anywhere. */
export function Palette({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const go = useGo();
  const { setTheme } = useTheme();
  const { maySteer, isAdmin } = useMe();
  const acts = usePaletteActs();
  const [words, setWords] = useState('');
  const wanted = words.trim().slice(0, 200);
  const asked = useSettled(wanted);
  const trpc = useTRPC();
  const found = useQuery(trpc.work.list.queryOptions({ q: asked, limit: FOUND_AT_MOST }, { enabled: asked !== '' }));
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    input.current?.focus(); // a dialog that opens gives it to the list around the field
  }, []);

  const run = (act: () => void) => () => {
    close();
    act();
  };
  const fits = ({ label }: { label: string }) => label.toLowerCase().includes(wanted.toLowerCase());
  const actions = [
    ...acts,
    ...(maySteer ? [{ label: 'New work', act: () => go('/work/new') }] : []),
    ...THEMES.map((theme) => ({ label: `Theme: ${theme}`, act: () => setTheme(theme) })),
  ].filter(fits);
  const mayOpen = ({ admin }: Screen) => isAdmin || !admin;
  const goTo = [...SCREENS, ...(wanted === '' ? [] : SETTINGS_SCREENS.filter(mayOpen))].filter(fits);
  // What was found for other words is nothing that Enter may open.
  const settled = asked === wanted;
  const items = settled && wanted !== '' ? (found.data?.items ?? []) : [];

  return (
    <dialog
      ref={dialog}
      aria-label="Command palette"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
      className="mx-auto mt-[12vh] w-[min(36rem,calc(100vw-2rem))] rounded-lg border border-line bg-bg text-text backdrop:bg-black/40"
    >
      {/* The server searches the work, so nothing is filtered a second time here. */}
      <Command label="Command palette" shouldFilter={false} loop>
        <Command.Input
          ref={input}
          value={words}
          onValueChange={setWords}
          placeholder="Go to, find work, do"
          className="h-11 w-full border-b border-line bg-bg px-4 placeholder:text-muted"
        />
        <Command.List className="max-h-[50vh] overflow-y-auto p-2" label="Commands">
          {found.isError && wanted !== '' && (
            <p role="alert" className="px-2 py-1 text-bad">
              Work could not be searched: {found.error.message}
            </p>
          )}
          <Command.Empty className="px-2 py-2 text-muted">{!settled || found.isFetching ? 'Searching…' : 'Nothing is called that.'}</Command.Empty>
          {items.length > 0 && (
            <Command.Group heading="Work" className={GROUP}>
              {items.map((item) => (
                <Command.Item key={item.id} value={`work ${item.id}`} className={ITEM} onSelect={run(() => go(`/work/${item.id}`))}>
                  <bdi className="min-w-0 flex-1 truncate">{item.title}</bdi>
                  <StateBadge state={item.state} />
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {goTo.length > 0 && (
            <Command.Group heading="Go to" className={GROUP}>
              {goTo.map(({ href, label }) => (
                <Command.Item key={href} value={`go ${href}`} className={ITEM} onSelect={run(() => go(href))}>
                  {label}
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {actions.length > 0 && (
            <Command.Group heading="Do" className={GROUP}>
              {actions.map(({ label, act }) => (
                <Command.Item key={label} value={`do ${label}`} className={ITEM} onSelect={run(act)}>
                  {label}
                </Command.Item>
              ))}
            </Command.Group>
          )}
        </Command.List>
      </Command>
    </dialog>
  );
}

/** The value once nobody has changed it for a moment, so that not every letter asks the server. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
