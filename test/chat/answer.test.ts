import { describe, expect, it } from 'vitest';
import { answer, type ChatCommand } from '../../src/chat/command.ts';
import { said } from '../../src/chat/page.ts';
import type { Call } from '../../src/core/command.ts';
import { accept } from '../../src/core/refusals.ts';
import { wordsFor } from '../../src/words/index.ts';
import { FACTS } from '../fakes/chat-facts.ts';
import { createWorld, MEMBER } from '../fakes/world.ts';

const words = wordsFor('en');

/** What is answered to these options of a command that would repeat the text, and whether it ran. */
async function answered(options: Call['options']) {
  const ran: string[] = [];
  const command: ChatCommand<string> = {
    audience: 'members',
    data: {
      name: 'repeat',
      options: [
        { name: 'text', type: 'text', maxLength: 5, required: true },
        { name: 'how', type: 'choice', choices: ['loud', 'low'] },
        { name: 'twice', type: 'switch' },
      ],
    },
    async execute(call) {
      ran.push(call.id);
      return accept(call.options.text ?? '');
    },
    show: (_words, text) => said(text),
  };
  const call: Call = { id: 'telegram:1', ...MEMBER, options, files: {} };
  const page = await answer(command, call, {
    core: createWorld().boot().core,
    words,
    draw: async (write) => write(FACTS),
  });
  return { page, ran: ran.length };
}

describe('a command that somebody writes', () => {
  it('runs with options that fit', async () =>
    expect(await answered({ text: 'hello', how: 'low', twice: 'true' })).toEqual({
      page: said('hello'),
      ran: 1,
    }));

  it.each([{}, { text: '' }, { text: undefined, how: 'low' }])(
    'is told how to write it where what it needs is missing: %o',
    async (options) =>
      expect(await answered(options)).toEqual({ page: said('Write it like this: /repeat …'), ran: 0 }),
  );

  it.each([
    [{ text: 'hello!' }, '“text” can be: at most 5 characters.'],
    [{ text: 'hello', how: 'softly' }, '“how” can be: loud, low.'],
    [{ text: 'hello', twice: 'maybe' }, '“twice” can be: true, false.'],
  ])('is refused with what an option takes, before it runs: %o', async (options, refusal) =>
    expect(await answered(options)).toEqual({ page: said(refusal), ran: 0 }),
  );
});
