/** Everything that the admins of a space can set, in the order in which it is shown. A new setting is a file beside this one and a line here. */
import type { Setting } from '../src/core/settings/setting.ts';
import { partsOf } from '../src/core/settings/settings-parts.ts';
import { adult } from './adult.ts';
import { channels, members, roles } from './allowed.ts';
import { blocked } from './blocked.ts';
import { confirm } from './confirm.ts';
import { grants } from './grants.ts';
import { label } from './label.ts';
import { library } from './library.ts';
import { limits } from './limits.ts';
import { logChannel } from './log-channel.ts';
import { models } from './models.ts';
import { notify } from './notify.ts';
import { providers } from './providers.ts';
import { quality } from './quality.ts';
import { retention } from './retention.ts';
import { speed } from './speed.ts';
import { timezone } from './timezone.ts';

export const settings: readonly Setting[] = [
  limits,
  grants,
  channels,
  roles,
  members,
  blocked,
  providers,
  models,
  quality,
  speed,
  confirm,
  label,
  notify,
  adult,
  library,
  logChannel,
  timezone,
  retention,
];

/** The parts of `/settings`. */
export const parts = partsOf(settings);
