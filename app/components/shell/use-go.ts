'use client';

import { useRouter } from 'next/navigation';
import { toast } from 'sonner';
import { useStatus } from './use-status.ts';

/** Whether the factory answers, as far as this screen knows. */
export function useReached(): boolean {
  return !useStatus().isError;
}

/** What is said instead of going to a page that the browser could only show as an error, with all that was typed here lost. */
export function sayNotReached(): void {
  toast.error('The factory does not answer, so this page stays open. Try again in a moment.', { id: 'not-reached' });
}

/** Goes to a page of the factory, while it can be reached. */
export function useGo(): (href: string) => void {
  const router = useRouter();
  const reached = useReached();
  return (href) => (reached ? router.push(href) : sayNotReached());
}
