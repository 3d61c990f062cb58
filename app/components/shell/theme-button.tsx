'use client';

import { Moon, Sun, SunMoon } from 'lucide-react';
import { useTheme } from 'next-themes';
import { useInBrowser } from '../use-in-browser.ts';

const THEMES = {
  system: { icon: SunMoon, next: 'light' },
  light: { icon: Sun, next: 'dark' },
  dark: { icon: Moon, next: 'system' },
} as const;

/** The theme: as the system, light, dark, and round again. */
export function ThemeButton() {
  const { theme, setTheme } = useTheme();
  // Only the browser knows which was chosen.
  const inBrowser = useInBrowser();
  const current = inBrowser && (theme === 'light' || theme === 'dark') ? theme : 'system';
  const { icon: Icon, next } = THEMES[current];
  const words = `Theme: ${current}; change to ${next}`;
  return (
    <button
      type="button"
      disabled={!inBrowser}
      aria-label={words}
      title={words}
      className="rounded p-2 text-muted hover:bg-hover"
      onClick={() => setTheme(next)}
    >
      <Icon aria-hidden className="size-4" />
    </button>
  );
}
