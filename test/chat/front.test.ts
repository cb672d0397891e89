/** How a process has a chat, and what it does where another one has it. */
import { describe, expect, it } from 'vitest';
import { createFront } from '../../src/chat/front.ts';
import type { Core, RunningChat } from '../../src/core/command.ts';
import type { Holder } from '../../src/core/holds.ts';
import { jobIn } from '../fakes/jobs.ts';
import { silent } from '../providers/subject.ts';

/** Chats that write down what is done with each, one after the other. */
async function front(options: { isFront?: boolean; isCalled?: boolean; start?: () => Promise<void> } = {}) {
  const log: string[] = [];
  let holder: Holder | undefined;
  let received = (): void => {};
  let made = 0;
  const core = {
    jobs: {
      serve: async (lanes: string[]) => void log.push(`serves ${lanes}`),
      leave: async (lanes: string[]) => void log.push(`leaves ${lanes}`),
    },
  } as unknown as Core;
  const chat = await createFront({
    platform: 'discord',
    async make() {
      made += 1;
      const name = `chat ${made}`;
      const does = (what: string) => async (): Promise<void> => void log.push(`${name} ${what}`);
      return {
        platform: 'discord',
        listen: does('listens'),
        start: async () => {
          await options.start?.();
          log.push(`${name} starts`);
        },
        stop: does('stops'),
        look: does('looks'),
        show: (job) => void log.push(`${name} shows ${job.id}`),
        uploadLimitBytes: () => 7,
        deliver: async () => ({ kind: 'nowhere' }),
        retract: async () => ({ deleted: 1, emptied: 0, left: 0 }),
        hook: { path: '/hooks/x', knows: () => true, take: async () => ({ status: made }) },
      } satisfies RunningChat;
    },
    holds: {
      onHeld(_name, given) {
        holder = given;
        return async () => given.lost();
      },
    },
    isFront: true,
    isCalled: true,
    onReceived(listener) {
      received = listener;
      return () => {
        received = () => {};
      };
    },
    log: silent,
    ...options,
  });
  return {
    chat,
    core,
    log,
    made: () => made,
    gains: () => holder?.gained(),
    loses: () => holder?.lost(),
    hasHolder: () => holder !== undefined,
    receives: () => received(),
  };
}

describe('a chat that processes share', () => {
  it('is listened to from the start, and begun where this process has it', async () => {
    const { chat, core, log, gains } = await front();
    await chat.start(core);
    expect(log).toEqual(['chat 1 listens']);
    await gains();
    expect(log).toEqual(['chat 1 listens', 'chat 1 starts', 'serves discord']);
  });

  it('shows jobs only where this process has it', async () => {
    const { chat, core, log, gains, loses } = await front();
    await chat.start(core);
    const job = jobIn('queued');
    chat.show(job);
    await gains();
    chat.show(job);
    await loses();
    chat.show(job);
    expect(log.filter((line) => line.includes('shows'))).toEqual([`chat 1 shows ${job.id}`]);
  });

  it('looks for what another process has received as soon as it hears of it, while it is its own', async () => {
    const { chat, core, log, gains, loses, receives } = await front();
    await chat.start(core);
    receives();
    await gains();
    receives();
    await loses();
    receives();
    expect(log.filter((line) => line.includes('looks'))).toEqual(['chat 1 looks']);
  });

  it('is ended where another process has it, and listened to anew', async () => {
    const { chat, core, log, gains, loses } = await front();
    await chat.start(core);
    await gains();
    log.length = 0;
    await loses();
    expect(log).toEqual(['leaves discord', 'chat 1 stops', 'chat 2 listens']);
    expect(await chat.hook?.take({}, Buffer.alloc(0))).toEqual({ status: 2 });
    log.length = 0;
    await gains();
    expect(log).toEqual(['chat 2 starts', 'serves discord']);
  });

  it('is ended for good when the process stops', async () => {
    const { chat, core, log, gains } = await front();
    await chat.start(core);
    await gains();
    log.length = 0;
    await chat.stop();
    expect(log).toEqual(['leaves discord', 'chat 1 stops']);
  });

  it('is spoken in by a process that never has it, which loads it only for that', async () => {
    const { chat, core, log, made, hasHolder } = await front({ isFront: false, isCalled: false });
    await chat.start(core);
    expect([made(), chat.hook, hasHolder()]).toEqual([0, undefined, false]);
    expect(await chat.retract?.(jobIn('delivered'))).toEqual({ deleted: 1, emptied: 0, left: 0 });
    expect(log).toEqual(['chat 1 listens']);
  });

  it('does not count as begun where that failed', async () => {
    const { chat, core, log, gains } = await front({ start: () => Promise.reject(new Error('no database')) });
    await chat.start(core);
    await expect(gains()).rejects.toThrow('no database');
    chat.show(jobIn('queued'));
    expect(log).toEqual(['chat 1 listens']);
  });
});
