import { LimitsScreen } from '../../../components/settings/limits.tsx';

export default function Limits() {
  return <LimitsScreen />;
}
