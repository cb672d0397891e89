import { expect, it } from 'vitest';
import { createAlbums, type Item } from '../../../src/chat/telegram/inbound/albums.ts';
import type { Timers } from '../../../src/chat/telegram/timers.ts';

/** Time that goes by when it is told to, and what is due then. */
function byHand() {
  let now = 0;
  const due = new Map<() => void, number>();
  const timers: Timers = {
    after(ms, run) {
      due.set(run, now + ms);
      return () => due.delete(run);
    },
  };
  return {
    clock: { now: () => now },
    timers,
    pass(ms: number) {
      now += ms;
      for (const [run, at] of due) if (at <= now && due.delete(run)) run();
    },
  };
}

const photo = (messageId: number): Item => ({
  id: `telegram:${messageId}`,
  record: {
    kind: 'said',
    chatId: 1,
    chatType: 'private',
    messageId,
    locale: 'en',
    text: '',
    mentioned: false,
    album: 'a',
    media: { image: { fileId: `photo-${messageId}` } },
  },
});

it('an album that never ends is taken as it is after six seconds', () => {
  const { clock, timers, pass } = byHand();
  const whole: number[][] = [];
  const albums = createAlbums(
    (items) => whole.push(items.map(({ record }) => record.messageId)),
    clock,
    timers,
  );
  // Always a little before a second of silence would end it.
  for (let index = 0; index < 7; index += 1) {
    albums.add(photo(index));
    expect(whole).toEqual([]);
    if (index < 6) pass(900);
  }
  pass(600);
  expect(whole).toEqual([[0, 1, 2, 3, 4, 5, 6]]);
  // What comes later is an album of its own.
  albums.add(photo(7));
  pass(1_000);
  expect(whole).toEqual([[0, 1, 2, 3, 4, 5, 6], [7]]);
});
