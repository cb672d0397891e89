import { describe, expect, it } from 'vitest';
import { kindOf } from '../../../src/chat/discord/inbound/given-files.ts';

describe('a file on a Discord message', () => {
  it.each(['IMG_0001.HEIC', 'photo.heif', 'DSC0001.HIF', 'a.avif', 'b.jpg'])(
    'is a picture by its ending where Discord knows no type (%s)',
    (name) => {
      expect(kindOf({ name })).toBe('image');
    },
  );
});
