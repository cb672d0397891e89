import { describe, expect, it } from 'vitest';
import { readWishes } from '../../src/chat/wishes.ts';

describe('the words in front of a prompt', () => {
  it.each([
    ['model=wan-animate a foggy street', { model: 'wan-animate' }, 'a foggy street'],
    ['Scene=Clip  quality=pro', { scene: 'clip', quality: 'pro' }, ''],
    ['a = b', {}, 'a = b'],
    ['pace=fast cars', {}, 'pace=fast cars'],
    ['speed=relaxed model=kling-3.0 fog', { speed: 'relaxed', model: 'kling-3.0' }, 'fog'],
    ['prompt=fog', {}, 'prompt=fog'],
    ['constructor=x', {}, 'constructor=x'],
    ['cars model=wan-animate', {}, 'cars model=wan-animate'],
    ['', {}, ''],
  ])('in “%s” are wishes only where they name an option', (text, options, prompt) =>
    expect(readWishes(text)).toEqual({ options, prompt }),
  );
});
