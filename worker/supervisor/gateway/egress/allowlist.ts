import { isIP } from 'node:net';

/** One thing that workers may reach. Only a registry of the host's own may be at a private address, by exact host and port. */
export type EgressRule =
  | { kind: 'registry'; host: string; port: number }
  /** `port` null: the usual ports of https and http. `suffix`: the host's subdomains, not the host itself. */
  | { kind: 'operator'; host: string; port: number | null; suffix: boolean };

export type EgressDecision = { kind: 'allow'; privateToo: boolean } | { kind: 'refuse'; reason: string };

const USUAL_PORTS = [443, 80];

/** Whether the list lets a worker reach host and port; what the name resolves to is checked after. */
export function decideEgress(rules: readonly EgressRule[], target: { host: string; port: number }): EgressDecision {
  const host = plainHost(target.host);
  if (rules.some((rule) => rule.kind === 'registry' && rule.host === host && rule.port === target.port)) return { kind: 'allow', privateToo: true };
  const allowed = rules.some((rule) => {
    if (rule.kind !== 'operator') return false;
    if (!(rule.port === null ? USUAL_PORTS.includes(target.port) : rule.port === target.port)) return false;
    return rule.suffix ? isIP(host) === 0 && host.endsWith(`.${rule.host}`) : rule.host === host;
  });
  if (allowed) return { kind: 'allow', privateToo: false };
  return {
    kind: 'refuse',
    reason: `${host}:${target.port} is not on the list of hosts that workers may reach. The repository’s settings add one, EGRESS_ALLOW one for all.`,
  };
}

/** Rule of an EGRESS_ALLOW entry: host, host:port or *.suffix; null where it is none of these. */
export function parseEgressEntry(entry: string): EgressRule | null {
  const match = /^(\*\.)?(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?)(?::(\d{1,5}))?$/i.exec(entry.trim());
  if (match?.[2] === undefined) return null;
  const port = match[3] === undefined ? null : Number(match[3]);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  return { kind: 'operator', host: plainHost(match[2]), port, suffix: match[1] !== undefined };
}

/** Rule of the address of a registry; null where it is no http(s) address. */
export function registryRule(address: string): EgressRule | null {
  const text = address.trim().replace(/^sparse\+/, '');
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  return { kind: 'registry', host: plainHost(url.hostname), port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}

/** As names are compared: lower case, no brackets, no dot at the end. */
export function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}
