/** Where several processes share the work: is somebody there for each part of it? */
import { CHATS } from '../chat/catalog.ts';
import { frontOf } from '../chat/front.ts';
import { WORKERS } from '../core/ports.ts';
import { GONE_MS } from '../core/processes.ts';
import { diagnosis } from '../words/doctor/index.ts';
import type { Check } from './patient.ts';
import { recordsOf } from './records.ts';

export const processes: Check = {
  name: 'the processes',
  async look(patient) {
    const table = (await recordsOf(patient))?.processes;
    if (!table) return [];
    const alive = (await table.all()).filter(({ seenMs }) => seenMs < GONE_MS);
    if (alive.length === 0) return [diagnosis('processes-none', {})];
    const { config } = patient;
    const chats = CHATS.filter(({ key }) => config[key] !== undefined);
    const hasRole = (role: string): boolean => alive.some(({ roles }) => roles.includes(role));
    const missing = ['page', WORKERS, ...chats.map(({ platform }) => platform)].filter(
      (role) => !hasRole(role),
    );
    const unheard = chats.filter(
      ({ platform }) => hasRole(platform) && !alive.some(({ holds }) => holds.includes(frontOf(platform))),
    );
    const versions = [...new Set(alive.map(({ version }) => version))];
    return [
      diagnosis('processes-all', { count: alive.length }),
      ...missing.map((role) => diagnosis('role-missing', { role }, role)),
      ...unheard.map(({ name, platform }) => diagnosis('front-missing', { name, role: platform }, platform)),
      ...(versions.length > 1 ? [diagnosis('versions-differ', { versions: versions.join(', ') })] : []),
    ];
  },
};
