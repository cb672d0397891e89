/** The process that has a chat is killed in the middle of posting a video there. */
import { type Ending, endingOf } from '../ending.ts';
import { until } from '../record.ts';
import { countOf, untilOver } from './kill.ts';
import { EVERY_MS, type SeveralStage } from './stage.ts';

type Chat = 'discord' | 'telegram';

/** The request that carries the video, by its first bytes, and as a point. */
const UPLOAD = {
  discord: {
    bytes: /^POST \S*\/(?:webhooks|messages)[\s\S]*multipart\/form-data/i,
    point: /^discord POST .*, before$/,
  },
  telegram: { bytes: /^POST \S*\/sendVideo/, point: /^telegram sendVideo, before$/ },
};

/** `tookMs`: from the death to the video. */
export async function killUploading(
  stage: SeveralStage,
  chat: Chat,
): Promise<Ending & { chat: Chat; tookMs: number }> {
  const { processes, provider, wires, log } = stage;
  const { bytes, point } = UPLOAD[chat];
  const before = await countOf(stage);
  wires[chat].breakNext('stall-request', bytes);
  let asked: Awaited<ReturnType<typeof stage.fronts.page.ask>> | undefined;
  const passed = await processes.record(async () => {
    asked = await stage.fronts[chat].ask();
    await until('the middle of an upload', () => wires[chat].left() === 0, {
      everyMs: EVERY_MS,
      describe: log,
    });
  });
  const [posting] = [...passed].flatMap(([bot, points]) =>
    points.some((one) => point.test(one)) ? [bot] : [],
  );
  if (!asked || !posting) throw new Error(`nobody posts to ${chat}`);
  const diedAt = Date.now();
  await posting.stop('SIGKILL');
  await until('the video', async () => ((await asked?.videos()) ?? 0) > 0, {
    everyMs: EVERY_MS,
    describe: log,
  });
  const tookMs = Date.now() - diedAt;
  const { id } = await untilOver(stage, before);
  const ending = await endingOf(stage, asked, { id, submits: provider.submits() - before.submits });
  return { ...ending, chat, tookMs };
}
