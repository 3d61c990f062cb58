'use client';

import { useEffect, useState } from 'react';

/** A person who types is not searched for after every letter. */
const TYPING_MS = 200;

/**
 * A field that is typed into and stands in the address: what is typed goes there after a moment, and what the address comes to say by
 * another way (a link, the back button) is in the field.
 * @param value what the address says
 */
export function useTypedFilter(value: string, set: (text: string) => void): [text: string, setText: (text: string) => void] {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const [sent, setSent] = useState(value);
  if (value !== seen) {
    setSeen(value);
    // The address answering to what was typed says nothing new: by now more may have been typed.
    if (value !== sent) {
      setSent(value);
      setText(value);
    }
  }
  useEffect(() => {
    if (text === sent) return;
    const timer = setTimeout(() => {
      setSent(text);
      set(text);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  });
  return [text, setText];
}
