'use client';

import { Bar, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

export interface Series {
  key: string;
  label: string;
  /** CSS colour. */
  color: string;
  dashed?: boolean;
}
export interface ChartProps {
  /** One a bucket, which begins `at`; null is nothing to measure: a gap, no zero. */
  data: readonly Record<string, string | number | null>[];
  /** Stacked. */
  bars?: readonly Series[];
  lines?: readonly Series[];
  /** A value as people read it, under the pointer and on the axis. */
  format: (value: number) => string;
  /** As it reads on the axis, where that is another way. */
  formatTick?: (value: number) => string;
  /** Only whole numbers can happen. */
  whole?: boolean;
  /** Where the axis is marked, from 0 to its end; else where recharts thinks best. */
  ticks?: readonly number[];
  /** How the bucket that begins at `at` is called; in full under the pointer. */
  nameOf: (at: string, full: boolean) => string;
  label: string;
}

const TICK = { fontSize: 12, fill: 'var(--muted)' };
const TOOLTIP = { background: 'var(--bg)', border: '1px solid var(--line)', borderRadius: 4, fontSize: 13, color: 'var(--text)' };

/** Bars and lines over time. The table of figures below the charts has the same for those who do not see them. */
export default function Chart({ data, bars = [], lines = [], format, formatTick = format, whole = false, ticks, nameOf, label }: ChartProps) {
  return (
    <div role="img" aria-label={label} className="h-44">
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart data={[...data]} margin={{ top: 6, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis dataKey="at" tickLine={false} axisLine={false} tick={TICK} minTickGap={24} tickFormatter={(at: string) => nameOf(at, false)} />
          <YAxis
            tickLine={false}
            axisLine={false}
            tick={TICK}
            width="auto"
            {...(ticks === undefined ? { tickCount: 4 } : { ticks: [...ticks], interval: 0 })}
            allowDecimals={!whole}
            domain={[0, ticks?.at(-1) ?? 'auto']}
            tickFormatter={formatTick}
          />
          <Tooltip
            cursor={{ fill: 'var(--hover)', stroke: 'var(--line)' }}
            contentStyle={TOOLTIP}
            labelFormatter={(at) => (typeof at === 'string' ? nameOf(at, true) : null)}
            formatter={(value) => format(Number(value))}
          />
          {bars.map(({ key, label: name, color }) => (
            <Bar key={key} dataKey={key} name={name} stackId="one" fill={color} isAnimationActive={false} />
          ))}
          {lines.map(({ key, label: name, color, dashed }) => (
            <Line
              key={key}
              dataKey={key}
              name={name}
              stroke={color}
              strokeWidth={1.5}
              {...(dashed ? { strokeDasharray: '4 3' } : {})}
              // A day between two without a measure is a point of its own.
              dot={{ r: 2.5, fill: color, strokeWidth: 0 }}
              connectNulls={false}
              isAnimationActive={false}
            />
          ))}
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}
