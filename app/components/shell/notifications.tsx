'use client';

import { Bell, BellOff } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { toast } from 'sonner';
import { newsOf } from './news.ts';
import { useStatus } from './use-status.ts';

const KEY = 'factory.notifications';
/** For somebody who looks elsewhere: it is still there when he looks here again. */
const NEWS_MS = 10 * 60_000;
const TEXT_MAX = 300;

/** Tells a person who asked for it, and who looks elsewhere, that a pull request is ready or that he is needed. */
export function Notifications() {
  const on = useSyncExternalStore(listen, isOn, () => false);
  useNews(on);
  const turn = async () => {
    if (on) return keep(false);
    const answer = permission() === 'default' ? await Notification.requestPermission() : permission();
    if (answer === 'granted') return keep(true);
    toast.error(
      answer === 'denied'
        ? 'This browser does not let the factory notify you: allow notifications for this address in its settings.'
        : 'Notifications stay off: the browser was not told to allow them.',
    );
  };
  const keep = (value: boolean) => {
    localStorage.setItem(KEY, value ? 'on' : 'off');
    window.dispatchEvent(new Event('storage')); // other tabs hear of it by themselves
    toast.success(value ? 'You are notified when a pull request is ready or you are needed, while a tab of the factory is open.' : 'Notifications are off.');
  };
  return (
    <button
      type="button"
      aria-label="Notifications"
      aria-pressed={on}
      title={on ? 'Notifications are on' : 'Notify me when a pull request is ready or I am needed'}
      className="rounded p-2 text-muted hover:bg-hover aria-pressed:text-text"
      onClick={() => void turn()}
    >
      {on ? <Bell aria-hidden className="size-4" /> : <BellOff aria-hidden className="size-4" />}
    </button>
  );
}

/** Over plain http, but for localhost, browsers have none: that is as if it were denied. */
const permission = () => (typeof Notification === 'undefined' ? 'denied' : Notification.permission);

const isOn = () => localStorage.getItem(KEY) === 'on' && permission() === 'granted';

function listen(changed: () => void): () => void {
  window.addEventListener('storage', changed);
  return () => window.removeEventListener('storage', changed);
}

/** @returns false where the browser has the word and not the thing: Chrome on Android throws, and lets only service workers notify. */
function notify({ title, tag, text, open }: { title: string; tag: string; text: string; open: () => void }): boolean {
  try {
    const shown = new Notification(title, { tag, body: text.slice(0, TEXT_MAX), icon: '/icon.svg' });
    shown.onclick = () => {
      window.focus();
      open();
      shown.close();
    };
    return true;
  } catch {
    return false;
  }
}

function useNews(on: boolean): void {
  const router = useRouter();
  const { data } = useStatus();
  const seen = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!data) return;
    const next = newsOf(data, seen.current);
    seen.current = next.seen;
    if (!on || document.hasFocus()) return;
    for (const { tag, workItemId, title, text } of next.news) {
      // Two tabs tell the same thing under the same tag, which shows it once.
      const open = () => router.push(`/work/${workItemId}`);
      if (!notify({ title, tag, text, open }))
        toast(title, { id: tag, duration: NEWS_MS, description: text.slice(0, TEXT_MAX), action: { label: 'Open', onClick: open } });
    }
  }, [data, on, router]);
}
