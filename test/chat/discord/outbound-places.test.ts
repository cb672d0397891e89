import { describe, expect, it } from 'vitest';
import { buttons, mediaShown, visibleText } from '../../simulators/discord/look.ts';
import { MINUTE_MS, outboundWorld } from './outbound-setup.ts';

describe('where a finished video goes on Discord', () => {
  it('is a follow-up that notifies the member once, while the token lives', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const outcome = await world.deliver(asked);
    const [result, ...more] = world.results().filter(({ files }) => files.length > 0);
    expect(more).toEqual([]);
    expect(outcome).toMatchObject({
      kind: 'delivered',
      receipt: { rung: 'follow-up', details: { messageId: result?.id, channelId: world.channel.id } },
    });
    expect(result?.notified).toEqual([world.ada.id]);
    expect(result?.id).not.toBe(asked.status.id);
    expect(visibleText(asked.status)).not.toContain('thinking');
    expect(result && mediaShown(result)).toMatchObject([
      { filename: `strut-${asked.job.code}.mp4`, alt: 'AI-generated motion transfer: picture + clip' },
    ]);
    expect(result && buttons(result).map(({ label }) => label)).toEqual([
      'Again',
      'New image, same motion',
      'New motion, same image',
      'Delete',
      'Details',
    ]);
  });

  it('is a reply in the channel once the token is dead', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    expect(await world.deliver(asked)).toMatchObject({ kind: 'delivered', receipt: { rung: 'channel' } });
    const [result] = world.results();
    expect(result?.replyTo?.id).toBe(asked.status.id);
    expect(result?.notified).toEqual([world.ada.id]);
    expect(world.discord.requestsTo('POST', /^\/api\/v10\/webhooks/)).toEqual([]);
  });
});
