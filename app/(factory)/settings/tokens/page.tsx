import { TokensScreen } from '../../../components/settings/tokens.tsx';

export default function TokensPage() {
  return <TokensScreen />;
}
