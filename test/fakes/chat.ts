/**
 * A chat of the plainest kind: its messages are pages in memory, its presses go to the true acts, and its core is the
 * true one on fakes. What is the same in every chat is proved here, in milliseconds.
 */
import { commands } from '../../commands/index.ts';
import { runAction } from '../../src/chat/actions.ts';
import { statusPage } from '../../src/chat/cards.ts';
import { answer } from '../../src/chat/command.ts';
import type { Face, Press, Tools } from '../../src/chat/face.ts';
import type { Facts } from '../../src/chat/facts.ts';
import { actionId, drawn, type Page, readActionId } from '../../src/chat/page.ts';
import { noticePage, requestLines, requestPage } from '../../src/chat/pages.ts';
import { createRequests } from '../../src/chat/requests.ts';
import type { Chat } from '../../src/core/chat-port.ts';
import type { Call } from '../../src/core/command.ts';
import type { Job } from '../../src/core/job/job.ts';
import { createFiles } from '../../src/store/files.ts';
import { wordsFor } from '../../src/words/index.ts';
import { FACTS } from './chat-facts.ts';
import { freshFolder } from './folder.ts';
import { memoryKeyValueStore } from './shelf.ts';
import { createWorld, type Incarnation, UPLOADS, type WorldOptions } from './world.ts';

export type Message = {
  id: number;
  page: Page;
  /** Only this member sees it. */
  for?: string;
  jobId?: string;
  removed?: true;
  /** A question about that message. */
  about?: Message;
};

export type Member = { id: string; moderator?: boolean };
export const ADA: Member = { id: 'discord:7' };
export const EVE: Member = { id: 'discord:8' };
export const ADMIN: Member = { id: 'discord:9', moderator: true };

const SPACE = 'discord:10';
const words = wordsFor('en');
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

export type FakeChatOptions = WorldOptions & {
  /** The largest file that can be sent. */
  maxBytes?: number;
  /** Nobody there can be told of a request. */
  mute?: boolean;
};

export function createFakeChat({ maxBytes = 1_000_000, mute = false, ...options }: FakeChatOptions = {}) {
  const messages: Message[] = [];
  const kv = memoryKeyValueStore();
  const requests = createRequests(kv, () => ({}));
  const files = createFiles(freshFolder());
  let events = 900;
  let life: Incarnation;
  let recovered: Promise<unknown>;

  const byId = (id: unknown): Message | undefined => messages.find((one) => one.id === id);
  function say(page: Page, more: Omit<Message, 'id' | 'page'> = {}): Message {
    const message = { id: messages.length + 1, page, ...more };
    messages.push(message);
    return message;
  }

  const chat: Partial<Chat> = {
    show(job) {
      const message = messages.find(({ jobId }) => jobId === job.id);
      if (message) message.page = statusPage(words, job, { usualMs: undefined, now: world.time.now });
    },
    async post(to, _spaceId, notice) {
      if (mute) return false;
      if (notice.kind === 'asked') {
        const lines = requestLines(words, notice.offer, FACTS.naming);
        await requests.told(notice.offer.code, lines);
        say(requestPage(words, notice.offer, lines));
      } else if (notice.kind === 'declined') await tellDeclined(notice.offer.code);
      else say(noticePage(words, notice, FACTS.naming), 'member' in to ? { for: to.member } : {});
      return true;
    },
  };
  const world = createWorld({ ...options, chat: { ...chat, ...options.chat } });
  void restart();

  /** A new process on what was on disk. */
  function restart(): Promise<unknown> {
    life = world.boot();
    recovered = life.jobs.recover();
    return recovered;
  }

  async function tellDeclined(code: string): Promise<void> {
    const message = byId((await requests.get(code))?.place?.messageId);
    if (message) message.page = { lines: [words.t('notice.declined')] };
  }

  const callOf = ({ id, moderator = false }: Member, over: Partial<Call> = {}): Call => {
    events += 1;
    const requester = {
      platform: 'discord' as const,
      spaceId: SPACE,
      memberId: id,
      target: { event: events },
    };
    return {
      id: `discord:${events}`,
      requester,
      standing: { moderator, private: false },
      options: {},
      files: {},
      ...over,
    };
  };

  const facts = (): Facts => ({
    ...FACTS,
    chart: life.core.reports.chart,
    sheets: { draw: async () => new Uint8Array(), of: life.core.coach.sheetOf },
  });

  /** Asks for a video, and answers the message that tells what becomes of it. */
  async function animate(member: Member = ADA, over: Partial<Call> = {}): Promise<Message> {
    await recovered;
    const call = callOf(member, { files: UPLOADS, ...over });
    const taken = await commands.animate.execute(call, life.core);
    if (!taken.ok) return say({ lines: [words.refusal(taken.refusal)] });
    const message = say(commands.animate.show(words, taken.value, facts()));
    if (taken.value.kind === 'job') become(message, taken.value.job);
    return message;
  }

  function become(message: Message, job: Job): void {
    message.jobId = job.id;
    chat.show?.(job);
  }

  const faceOf = (member: Member, pressed: Message): Face => ({
    async instead(page) {
      pressed.page = page;
    },
    async over(page) {
      pressed.page = page;
    },
    alone: true,
    async aside(page) {
      say(page, { for: member.id });
      return 'done';
    },
    confide: async (page) => void say(page, { for: member.id }),
    inPassing: async (page) => void say(page, { for: member.id }),
    ask: async (page) => void say(page, { for: member.id, about: pressed }),
    become: async (job) => become(pressed, job),
    async becomeAt(place, job) {
      const message = byId(place.messageId);
      if (message) become(message, job);
    },
    here: () => ({ messageId: pressed.id }),
    async reopen() {},
    async removeMessages() {
      if (pressed.about) pressed.about.removed = true;
      return pressed.about ? true : undefined;
    },
    async removeQuestion() {
      pressed.removed = true;
    },
    tellDeclined,
    draw: async (write) => write(facts()),
    panel: FACTS.panel,
    maxBytes,
  });

  /** Presses a button by its label, or sends what no button says. `again`: it broke off once before. */
  async function press(member: Member, message: Message, what: string, again = false): Promise<void> {
    const known = buttonsOf(message).find(({ label }) => label === what);
    const action = readActionId(known?.id ?? what);
    if (!action) throw new Error(`there is no button ${what}, only ${labelsOf(message)}`);
    const call = callOf(member);
    const one: Press = {
      ...action,
      id: call.id,
      words,
      again,
      as: (attempt) => attempt(call),
      asAdmin: (attempt) => attempt(call),
      where: () => ({ to: call.requester.target, reached: true }),
      alone: message.for !== undefined,
      name: async () => member.id,
    };
    const tools: Tools = { core: life.core, commands, requests, files };
    await runAction(one, faceOf(member, message), tools);
  }

  return {
    world,
    messages,
    say,
    animate,
    press,
    /** Whatever a button may say. */
    async pressRaw(member: Member, message: Message, id: string): Promise<void> {
      if (readActionId(id)) await press(member, message, id);
      else say({ lines: [words.t('told.too-old')] }, { for: member.id });
    },
    get life() {
      return life;
    },
    restart,
    /** Says a command; the answer is for that member alone. Pictures are drawn as a chat would draw them. */
    async says(member: Member, name: keyof typeof commands, options: Call['options'] = {}): Promise<Message> {
      const page = await answer<never>(commands[name] as never, callOf(member, { options }), {
        core: life.core,
        words,
        draw: async (write) => write(facts()),
      });
      const picture = await drawn(page.media, SILENT);
      const { media, ...rest } = page;
      return say(picture && media ? { ...rest, media } : rest, { for: member.id });
    },
    jobs: () => world.disk.store.recent(SPACE, 100),
    /** What is due now, and what that makes due. */
    async runsOnce(): Promise<void> {
      for (let steps = 0; steps < 3; steps += 1) await life.scheduler.runNext(world.time.now);
    },
    /** Until nothing is due. */
    async runs(): Promise<void> {
      await life.scheduler.runAll();
    },
    last: (): Message => messages.at(-1) as Message,
  };
}

export const textOf = ({ page }: Message): string =>
  [
    page.title,
    ...page.lines.map((line) => (typeof line === 'string' ? line : line.text)),
    ...(page.items ?? []).map(({ text }) => text),
  ]
    .filter((line) => line !== undefined)
    .join('\n');

export const buttonsOf = ({ page }: Message): { label: string; id: string }[] =>
  [...(page.rows ?? []).flat(), ...(page.items ?? []).flatMap(({ button }) => button ?? [])].flatMap(
    (control) =>
      'verb' in control && 'label' in control ? [{ label: control.label, id: actionId(control) }] : [],
  );

export const labelsOf = (message: Message): string[] => buttonsOf(message).map(({ label }) => label);
