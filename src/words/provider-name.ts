import { hostedName } from '../providers/catalog.ts';
import type { Speech } from './speech.ts';

/** The provider's name as it writes it itself. */
export const providerName = ({ t }: Pick<Speech, 't'>, id: string): string =>
  id === 'local' ? t('provider.local') : (hostedName(id) ?? id);
