/** Who is let in, and where: a list each of channels, roles and members. An empty one lets all in. */
import { z } from 'zod';
import { idSchema } from '../src/core/limits/limit-rules.ts';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    channels: readonly string[];
    roles: readonly string[];
    members: readonly string[];
  }
}

/** The part puts one on its list, or takes it off again. */
function allowed(kind: 'channel' | 'role' | 'member') {
  return {
    key: `${kind}s`,
    name: `${kind}s`,
    part: 'allow',
    options: [{ name: kind, type: kind }],
    schema: z.array(idSchema),
    preset: () => [],
    read(texts, list = []) {
      const id = texts[kind] ?? '';
      return accept(list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
    },
    say: (ids, { t, naming }) =>
      ids.length === 0 ? t('settings.everyone') : ids.map((id) => naming(kind, id)).join(', '),
  } satisfies Setting<`${typeof kind}s`>;
}

export const channels = allowed('channel');
export const roles = allowed('role');
export const members = allowed('member');
