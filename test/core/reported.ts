/** A delivered job of a chat, and those who report it and decide about it. */

import type { Notice, NoticePlace } from '../../src/core/chat-port.ts';
import type { Caller } from '../../src/core/limits/access.ts';
import type { Case, Retracted } from '../../src/core/takedown/case.ts';
import type { AuditRecord } from '../../src/core/trust/audit.ts';
import {
  CHAT_EVENT,
  CHOICES,
  createJob,
  createWorld,
  MEMBER,
  UPLOADS,
  type WorldOptions,
} from '../fakes/world.ts';

const { spaceId, memberId } = CHAT_EVENT.requester;
export const ASKER = MEMBER;
export const WITNESS = 'discord:8';
export const ADMIN: Caller = {
  requester: { ...CHAT_EVENT.requester, memberId: 'discord:9' },
  standing: { moderator: true, private: false },
};
export const ASKER_AS_ADMIN: Caller = { ...ADMIN, requester: { ...ADMIN.requester, memberId } };
export const OTHER_ADMIN: Caller = {
  requester: { ...ADMIN.requester, spaceId: 'discord:11' },
  standing: ADMIN.standing,
};
/** Signed in on the page. */
export const OPERATOR: Caller = {
  requester: { platform: 'web', spaceId: 'web', memberId: 'web:operator', target: {} },
  standing: { moderator: true, private: false },
};

export function createReportedWorld(options: WorldOptions = {}) {
  const told: { to: NoticePlace; notice: Notice }[] = [];
  const retracted: string[] = [];
  const gone: Retracted = { deleted: 2, emptied: 0, left: 0 };
  const world = createWorld({
    ...options,
    chat: {
      async post(to, _spaceId, notice) {
        told.push({ to, notice });
        return !('channel' in to);
      },
      adminsOf: async () => ['discord:9'],
      async retract(job) {
        retracted.push(job.id);
        return retracted.length === 1 ? gone : { deleted: 0, emptied: 0, left: 0 };
      },
      ...options.chat,
    },
  });
  let life = world.boot();

  /** Asks for the video, which is delivered unless `until` says how many steps are taken. */
  async function deliver(steps = Number.POSITIVE_INFINITY): Promise<void> {
    await life.jobs.recover();
    await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    for (let step = 0; step < steps && (await life.scheduler.runNext(world.time.now + 3_600_000)); step += 1);
  }

  const job = () => world.disk.store.get(CHAT_EVENT.id);
  return {
    world,
    told,
    retracted,
    deliver,
    job,
    code: async (): Promise<string> => (await job())?.code ?? '',
    case: (): Promise<Case | undefined> => life.ctx.cases.get(CHAT_EVENT.id),
    get life() {
      return life;
    },
    get takedown() {
      return life.core.takedown;
    },
    async restart(): Promise<void> {
      life = world.boot();
      await life.jobs.recover();
      await life.core.takedown.recover();
    },
    async report(reason: Case['reason'], by = WITNESS) {
      return life.core.takedown.report({ by, spaceId, code: (await job())?.code ?? 'GONE22', reason });
    },
    async audit(): Promise<AuditRecord[]> {
      const all: AuditRecord[] = [];
      for await (const page of world.disk.audit.read({})) all.push(...page);
      return all;
    },
  };
}

export type ReportedWorld = ReturnType<typeof createReportedWorld>;
