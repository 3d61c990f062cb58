'use client';

import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

export interface Series {
  key: string;
  label: string;
  /** CSS colour. */
  color: string;
}

/** Bars over time, stacked; a table of the same figures stands beside it for those who do not see it. */
export default function Chart({ data, series, label }: { data: readonly Record<string, string | number>[]; series: readonly Series[]; label: string }) {
  return (
    <div role="img" aria-label={label} className="h-44">
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={[...data]} margin={{ top: 4, right: 0, bottom: 0, left: -20 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis dataKey="label" tickLine={false} axisLine={false} tick={{ fontSize: 12, fill: 'var(--muted)' }} minTickGap={24} />
          <YAxis tickLine={false} axisLine={false} tick={{ fontSize: 12, fill: 'var(--muted)' }} allowDecimals={false} />
          <Tooltip
            cursor={{ fill: 'var(--hover)' }}
            contentStyle={{ background: 'var(--bg)', border: '1px solid var(--line)', borderRadius: 4, fontSize: 13, color: 'var(--text)' }}
          />
          {series.map(({ key, label: name, color }) => (
            <Bar key={key} dataKey={key} name={name} stackId="one" fill={color} isAnimationActive={false} />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
