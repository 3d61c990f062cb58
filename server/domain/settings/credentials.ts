import type { CredentialForm } from '../../contracts/connections.ts';
import type { ConnectionKind } from '../../contracts/supervisor-requests.ts';

/** What a secret is, by its own looks: tokens of `claude setup-token` begin with sk-ant-oat. */
export function formOf(kind: ConnectionKind, secret: string): CredentialForm {
  if (kind === 'github') return 'token';
  return secret.startsWith('sk-ant-oat') ? 'oauth_token' : 'api_key';
}

/** The credentials of a supervisor's environment. */
export interface CredentialEnv {
  GITHUB_TOKEN?: string | undefined;
  ANTHROPIC_API_KEY?: string | undefined;
  CLAUDE_CODE_OAUTH_TOKEN?: string | undefined;
}

/** What is to stand in the environment for a secret that was typed in; it wins over what stood there. */
export function asEnv(form: CredentialForm, secret: string): CredentialEnv {
  switch (form) {
    case 'token':
      return { GITHUB_TOKEN: secret };
    case 'api_key':
      return { ANTHROPIC_API_KEY: secret, CLAUDE_CODE_OAUTH_TOKEN: undefined };
    case 'oauth_token':
      return { ANTHROPIC_API_KEY: undefined, CLAUDE_CODE_OAUTH_TOKEN: secret };
  }
}
