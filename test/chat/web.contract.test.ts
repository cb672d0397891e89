import { statusPage } from '../../src/chat/cards.ts';
import { createWebChat } from '../../src/chat/web/index.ts';
import { wordsFor } from '../../src/words/index.ts';
import { type ChatSubject, chatContract } from '../contracts/chat.ts';
import { COMPLETED, createRemote } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';

const words = wordsFor('en');

/** The page reads jobs by itself: what it shows is how they stand, and the video lies where it is served from. */
async function start(): Promise<ChatSubject> {
  const remote = createRemote('paid');
  remote.statuses = [{ state: 'queued', position: 1 }];
  const time = { now: Date.now() };
  const world = createWorld({ remotes: [remote], chat: createWebChat({ now: () => time.now }) });
  let life = world.boot();
  await life.jobs.recover();
  const jobs = () => world.disk.store.recent('web', 10);
  return {
    async asks() {
      await createJob(life.intake, EVENT, UPLOADS, CHOICES);
      await life.scheduler.runNext(world.time.now);
      await life.scheduler.runNext(world.time.now);
    },
    seen: async () =>
      (await jobs()).map((job) => ({
        text: statusPage(words, job, { usualMs: undefined, now: world.time.now }).title,
        buttons: [],
        video: job.state === 'delivered',
      })),
    async finishes() {
      remote.statuses = [COMPLETED];
      await life.scheduler.runAll();
    },
    async dies() {
      life = world.boot();
      await life.jobs.recover();
      await life.scheduler.runNext(world.time.now);
    },
    async forgets() {
      await life.core.privacy.forget(EVENT.requester.memberId);
      return (await jobs()).length === 0;
    },
    async end() {},
  };
}

chatContract('the page', start, []);
