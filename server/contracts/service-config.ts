/** Limits as the environment has them; rows that people set win (services/settings/read-limits.ts). */
export interface Limits {
  maxWorkers: number;
  /** Iterations a day. */
  dailyBudget: number;
  dailyBudgetUsd: number | null;
  cooldownSeconds: number;
  /** IANA zone that "today" is counted in. */
  timeZone: string;
}

/** What the services need to know of the configuration; nothing secret. */
export interface ServiceConfig {
  version: string;
  limits: Limits;
  /** Local paths, file: and http: repositories are taken only in local mode. */
  localMode: boolean;
  githubServerUrl: string;
  setupCommand: string | null;
  verifyCommand: string | null;
  /** What AGENT=command runs in each iteration. */
  agentCommand: string | null;
}
