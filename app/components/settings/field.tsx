import { type ReactNode, useId } from 'react';

export const INPUT = 'h-8 w-full rounded border border-line bg-bg px-2.5 placeholder:text-muted';
export const MONO_INPUT = `${INPUT} font-mono text-[13px]`;

export interface FieldProps {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

/** A control with its label, a hint, and what is wrong with it. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: (props: FieldProps) => ReactNode;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      {children({ id, 'aria-invalid': error !== undefined, 'aria-describedby': (error ?? hint) ? `${id}-about` : undefined })}
      {(error ?? hint) && (
        <p id={`${id}-about`} role={error ? 'alert' : undefined} className={`mt-1 text-[13px] ${error ? 'text-bad' : 'text-muted'}`}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
