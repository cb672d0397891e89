import { describe, expect, it } from 'vitest';
import { posterOf } from '../../../src/chat/telegram/inbound/posters.ts';
import { passedOn } from '../../../src/core/trust/consent.ts';

const from = { id: 7, is_bot: false, first_name: 'Ada' };

describe('who posted a file on Telegram', () => {
  it('is whoever wrote it first, where it was forwarded', () => {
    const forward_origin = { sender_user: { ...from, id: 8 } };
    expect(posterOf({ from, forward_origin }, 1)).toBe('telegram:8');
    expect(posterOf({ from }, 1)).toBe('telegram:7');
    expect(posterOf({ from: { ...from, id: 1 } }, 1)).toBeUndefined();
  });

  it('is nobody known, but not the member who forwards it, where its first author hides', () => {
    expect(posterOf({ from, forward_origin: {} }, 1)).toBe(passedOn('telegram:7'));
    expect(posterOf({ forward_origin: {} }, 1)).toBe(passedOn());
  });
});
