/** What members and the core may count on in any chat. Each is started as a whole, with its own platform beside it. */
import { describe, expect, it } from 'vitest';
import { PATIENCE_MS } from '../timeouts.ts';

/** One message of the bot's, as its member sees it. */
export type MessageView = {
  text: string;
  buttons: readonly string[];
  video: boolean;
  /** What the coach saw is drawn on it. */
  sheet?: boolean;
};

export type ChatSubject = {
  /** A member asks for a video, in a place that others share with them. */
  asks(): Promise<void>;
  /** What the bot has said to that member by now, wherever that was, the oldest first. */
  seen(): Promise<readonly MessageView[]>;
  /** The member presses the button with that label under what the bot has said to them. */
  chooses?(label: string): Promise<void>;
  /** The same twice, the second time before they have seen what comes of the first. */
  tapsTwice?(label: string): Promise<void>;
  /** The provider of `doubtful` asks twice as much from now on. */
  grows?(): void;
  /** The member has a motion and four characters in the library, and asks for all of them at once. */
  casts?(): Promise<void>;
  /** An admin presses the button with that label under what the admins were told. */
  decides?(label: string): Promise<void>;
  /** The member hands in a picture to be kept as a character. Answers with what they are shown, at any time from then on. */
  keeps?(): Promise<() => MessageView | undefined>;
  /** The provider has the video. */
  finishes(): Promise<void>;
  /** The process dies in the middle of whatever it does, and another one takes over what is on disk. */
  dies(): Promise<void>;
  /** From now on the platform can't read a message that looks like more than words, or one that has buttons. */
  refuses?(what: 'looks' | 'buttons'): void;
  /** What stands in the log. */
  logged?(): string;
  /** The bot may say nothing more where the member asked. */
  closes?(): Promise<void>;
  /** The member asks for their data to be deleted. Whether nothing is noted of the job then. */
  forgets(): Promise<boolean>;
  /** A stranger presses a button that says this. Whether it was answered. */
  presses?(id: string): Promise<boolean>;
  /** What an admin is told of what was spent. */
  report?(): Promise<MessageView>;
  /** What comes of its "Export CSV" where the file is more than can be sent. */
  exportsTooMuch?(): Promise<string>;
  end(): Promise<void>;
};

/** `chart: false`: none can be drawn. `dearer`: the providers are those of `withDearer`. `doubtful`: what is brought is that of `withDoubts`. `short`: a limit has no room for a cast. */
export type ChatOptions = { chart?: false; dearer?: true; doubtful?: true; short?: true };
export type StartChat = (options?: ChatOptions) => Promise<ChatSubject>;

/** `verbs`: what buttons there are. */
export function chatContract(name: string, start: StartChat, verbs: readonly string[]): void {
  async function using(run: (chat: ChatSubject) => Promise<void>, options: ChatOptions = {}): Promise<void> {
    const chat = await start(options);
    try {
      await run(chat);
    } finally {
      await chat.end();
    }
  }
  const until = async (
    chat: ChatSubject,
    so: (seen: readonly MessageView[]) => boolean,
  ): Promise<readonly MessageView[]> => {
    for (const since = performance.now(); ; ) {
      const seen = await chat.seen();
      if (so(seen)) return seen;
      if (performance.now() - since > PATIENCE_MS)
        throw new Error(`only this was seen: ${JSON.stringify(seen)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const hasVideo = (seen: readonly MessageView[]): boolean => seen.some(({ video }) => video);
  const says = (words: RegExp) => (seen: readonly MessageView[]) => seen.some(({ text }) => words.test(text));
  const videos = (seen: readonly MessageView[]): number => seen.filter(({ video }) => video).length;

  describe(`${name} keeps the contract of a chat`, () => {
    it('tells how a job stands in one message, which changes with it, and hands the video over once', async () => {
      await using(async (chat) => {
        await chat.asks();
        const before = (await until(chat, says(/In line/))).length;
        await chat.finishes();
        const after = await until(chat, (seen) => hasVideo(seen) && says(/Done|finished/)(seen));
        expect(says(/In line/)(after)).toBe(false);
        expect([videos(after), after.length - before]).toEqual([1, after.length > before ? 1 : 0]);
      });
    });

    it('hands one video over where the process dies while the job is under way, and once more after its end', async () => {
      await using(async (chat) => {
        await chat.asks();
        await until(chat, says(/In line/));
        await chat.dies();
        await chat.finishes();
        const over = (now: readonly MessageView[]) => hasVideo(now) && says(/Done|finished/)(now);
        await until(chat, over);
        // Dying between a send and its note is another matter: there a chat may send once more.
        await chat.dies();
        expect(videos(await until(chat, over))).toBe(1);
      });
    });

    it('asks before a dearer provider has the job, also over a crash, and one press goes on', async () => {
      await using(
        async (chat) => {
          const question = (seen: readonly MessageView[]): MessageView | undefined =>
            seen.find(({ buttons }) => buttons.includes('Go on for $0.42'));
          if (!chat.chooses) return;
          await chat.asks();
          const asked = await until(chat, (seen) => question(seen) !== undefined);
          expect(question(asked)).toMatchObject({
            text: expect.stringContaining("paid can't take it. dear can, for $0.42"),
            buttons: ['Go on for $0.42', 'Decline'],
          });
          await chat.dies();
          await chat.chooses('Go on for $0.42');
          const over = await until(chat, (seen) => hasVideo(seen) && says(/Done|finished/)(seen));
          expect([videos(over), question(over)]).toEqual([1, undefined]);
        },
        { dearer: true },
      );
    });

    it('ends a job free of charge whose dearer offer is declined', async () => {
      await using(
        async (chat) => {
          if (!chat.chooses) return;
          await chat.asks();
          await until(chat, (seen) => seen.some(({ buttons }) => buttons.includes('Decline')));
          await chat.chooses('Decline');
          await until(chat, says(/Cancelled. It cost nothing/));
          expect(hasVideo(await chat.seen())).toBe(false);
        },
        { dearer: true },
      );
    });

    it('asks before a pair goes that the model would spoil, shows who is who, and each press makes one thing right at the price that it says', async () => {
      await using(
        async (chat) => {
          if (!chat.chooses) return;
          const trim = 'Use 0:00–0:05 · $0.35 instead of $0.63';
          const offer = (seen: readonly MessageView[]): MessageView | undefined =>
            seen.find(({ buttons }) => buttons.includes('Decline'));
          await chat.asks();
          const asked = await until(
            chat,
            (seen) => offer(seen) !== undefined && seen.some(({ sheet }) => sheet),
          );
          expect(offer(asked)?.text).toContain('Send it all the same?');
          expect(offer(asked)?.text).toContain('There is a cut at 0:05');
          expect(offer(asked)?.text).toContain('I see several people in the picture (3)');
          const people = [1, 2, 3].map((person) => `Only person ${person}`);
          expect(offer(asked)?.buttons).toEqual(
            expect.arrayContaining([...people, trim, 'Send it all the same']),
          );
          await chat.chooses('Only person 2');
          await until(chat, (seen) => !offer(seen)?.text.includes('several people'));
          await chat.chooses(trim);
          const mended = offer(await until(chat, (seen) => !offer(seen)?.text.includes('There is a cut')));
          expect(mended?.text).toContain('This costs $0.35. Start it?');
          expect(mended?.text).toContain('Of the clip, 0:00–0:05 is used.');
          expect(mended?.buttons).toEqual(expect.arrayContaining(['Use all of both files', 'Confirm']));
          await chat.chooses('Confirm');
          const started = await until(chat, says(/In line/));
          expect(says(/Of the picture, a part is used/)(started)).toBe(true);
        },
        { doubtful: true },
      );
    });

    it('keeps one of several people in a picture as a character, with a press that says which, or the whole picture after all', async () => {
      await using(
        async (chat) => {
          if (!chat.keeps || !chat.chooses) return;
          const shown = await chat.keeps();
          const people = [1, 2, 3].map((person) => `Only person ${person}`);
          const has = (labels: readonly string[]) =>
            until(chat, () => labels.every((one) => shown()?.buttons.includes(one)));
          await has(people);
          expect(shown()?.text).toContain('several people in the picture');
          await until(chat, (seen) => shown()?.sheet === true || seen.some(({ sheet }) => sheet));
          await chat.chooses('Only person 2');
          await has(['Only person 1', 'Only person 3', 'The whole picture']);
          expect(shown()?.buttons).not.toContain('Only person 2');
          await chat.chooses('The whole picture');
          await has(people);
          await chat.chooses('Only person 3');
          await has(['The whole picture', 'No real person']);
          await chat.chooses('No real person');
          await until(
            chat,
            () => shown()?.text.includes('Rob') === true && !shown()?.buttons.includes('No real person'),
          );
        },
        { doubtful: true },
      );
    });

    it('sends all the same with one press what the model would spoil', async () => {
      await using(
        async (chat) => {
          if (!chat.chooses) return;
          await chat.asks();
          await until(chat, (seen) => seen.some(({ buttons }) => buttons.includes('Send it all the same')));
          await chat.chooses('Send it all the same');
          await until(chat, says(/In line/));
        },
        { doubtful: true },
      );
    });

    it('starts nothing at a price that rose while the yes was tapped twice, and goes on with a yes to that price', async () => {
      await using(
        async (chat) => {
          if (!chat.chooses || !chat.tapsTwice || !chat.grows) return;
          const anyway = 'Send it all the same';
          await chat.asks();
          await until(chat, (seen) => seen.some(({ buttons }) => buttons.includes(anyway)));
          chat.grows();
          await chat.tapsTwice(anyway);
          const [offer] = (await until(chat, says(/The price has gone up/))).filter(({ buttons }) =>
            buttons.includes(anyway),
          );
          expect(offer?.text).toContain('$1.26');
          expect(says(/In line/)(await chat.seen())).toBe(false);
          await chat.chooses(anyway);
          await until(chat, says(/In line/));
        },
        { doubtful: true },
      );
    });

    it.each(['looks', 'buttons'] as const)(
      'says in plainer words what the platform can not read for its %s, and hands the video over all the same',
      async (what) => {
        await using(async (chat) => {
          if (!chat.refuses) return;
          chat.refuses(what);
          await chat.asks();
          const status = (await until(chat, says(/In line/))).find(({ text }) => /In line/.test(text));
          expect(status?.buttons).toEqual(what === 'looks' ? ['Cancel'] : []);
          // What no button can do there, its command does.
          expect(/Cancel: \/cancel (?:job:)?[A-Z0-9]{6}/.test(status?.text ?? '')).toBe(what === 'buttons');
          expect(chat.logged?.()).toMatch(/can ?not read|found fault/);
          await chat.finishes();
          const after = await until(chat, (seen) => hasVideo(seen) && says(/Done|finished/)(seen));
          expect(videos(after)).toBe(1);
          const video = after.find((one) => one.video);
          expect(video?.buttons.includes('Again')).toBe(what === 'looks');
        });
      },
    );

    it.each([
      ['looks', ['Send it all the same']],
      ['buttons', []],
    ] as const)(
      'asks in plainer words where the platform can not read a question for its %s',
      async (what, yes) => {
        await using(
          async (chat) => {
            if (!chat.refuses) return;
            chat.refuses(what);
            await chat.asks();
            const question = /Send it all the same\?/;
            const asked = (await until(chat, says(question))).find(({ text }) => question.test(text));
            expect(asked?.text).toContain('There is a cut at 0:05');
            expect(asked?.buttons).toEqual(expect.arrayContaining([...yes]));
          },
          { doubtful: true },
        );
      },
    );

    it('makes a cast of four at one price with one yes, tells of all in one message, also over a crash, and hands over four videos', async () => {
      await using(async (chat) => {
        if (!chat.casts || !chat.chooses) return;
        await chat.casts();
        await until(chat, says(/Make 4 videos for \$1\.12\?/));
        await chat.chooses('Confirm');
        await until(chat, says(/0 of 4 are there/));
        await chat.dies();
        await chat.finishes();
        const over = await until(chat, (seen) => says(/4 of 4 are there/)(seen) && videos(seen) === 4);
        expect(over.filter(({ text }) => /of 4 are there/.test(text))).toHaveLength(1);
      });
    });

    it('asks an admin for a cast that a limit has no room for, and makes all of it with one yes', async () => {
      await using(
        async (chat) => {
          if (!chat.casts || !chat.chooses || !chat.decides) return;
          await chat.casts();
          await until(chat, says(/Make 4 videos/));
          await chat.chooses('Confirm');
          const told = await until(chat, says(/There is no room for all of them together/));
          const over = told.find(({ buttons }) => buttons.includes('Ask an admin'));
          expect(over?.text).toContain('Dee');
          await chat.chooses('Ask an admin');
          const asked = await until(chat, (seen) => seen.some(({ buttons }) => buttons.includes('Decline')));
          const request = asked.find(({ buttons }) => buttons.includes('Decline'));
          expect(request?.text).toContain('asks for several jobs at once for $1.12');
          expect(request?.text).toContain('Dee');
          await chat.decides('Approve once');
          await until(chat, says(/0 of 4 are there/));
          await chat.finishes();
          await until(chat, (seen) => says(/4 of 4 are there/)(seen) && videos(seen) === 4);
        },
        { short: true },
      );
    });

    it('goes to another place where the first one is closed to it', async () => {
      await using(async (chat) => {
        if (!chat.closes) return;
        await chat.asks();
        await until(chat, says(/In line/));
        await chat.closes();
        await chat.finishes();
        expect(videos(await until(chat, hasVideo))).toBe(1);
      });
    });

    it('keeps nothing of a job that its member wants forgotten', async () => {
      await using(async (chat) => {
        await chat.asks();
        await chat.finishes();
        await until(chat, (seen) => hasVideo(seen) && says(/Done|finished/)(seen));
        expect(await chat.forgets()).toBe(true);
      });
    });

    it('answers every button, whoever presses it and whatever it says', async () => {
      await using(async (chat) => {
        if (!chat.presses) return;
        await chat.asks();
        await chat.finishes();
        await until(chat, (seen) => hasVideo(seen) && says(/Done|finished/)(seen));
        const ids = [...verbs, 'constructor', 'nonsense'].map((verb) => `${verb}|ZZZZZZ`);
        for (const id of [...ids, 'x', '||', 'cancel|']) expect(await chat.presses(id), id).toBe(true);
      });
    });

    it('says what was spent where no chart can be drawn, and that a table is too large to be sent', async () => {
      await using(
        async (chat) => {
          if (!chat.report || !chat.exportsTooMuch) return;
          await chat.asks();
          await chat.finishes();
          await until(chat, (seen) => hasVideo(seen) && says(/Done|finished/)(seen));
          const report = await chat.report();
          expect(report.text).toContain('$0.28 in 1 job');
          expect(report.buttons).toContain('Export CSV');
          expect(await chat.exportsTooMuch()).toContain('The table is too large to send here');
        },
        { chart: false },
      );
    });
  });
}
