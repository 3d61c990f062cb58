import { TokensScreen } from '../../../components/settings/tokens.tsx';
import { ReadAhead } from '../../../server/read-ahead.tsx';

export default function TokensPage() {
  return (
    <ReadAhead ask={(trpc) => [trpc.tokens.list.queryOptions()]}>
      <TokensScreen />
    </ReadAhead>
  );
}
