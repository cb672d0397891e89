/** What would be kept in the library, in every chat: who is kept of several people is what the yes was said to. */
import { describe, expect, it } from 'vitest';
import { savingPage } from '../../src/chat/library-saving-page.ts';
import { wordsFor } from '../../src/words/index.ts';
import { ADA, createFakeChat, labelsOf, textOf } from '../fakes/chat.ts';
import { FACTS } from '../fakes/chat-facts.ts';
import { withDoubts } from '../fakes/doubtful.ts';
import { createRemote } from '../fakes/remote.ts';
import { MEMBER, UPLOADS } from '../fakes/world.ts';

const words = wordsFor('en');
const { t } = words;

async function threePeople() {
  const { clip: _, ...options } = withDoubts(createRemote('paid'));
  const chat = createFakeChat(options);
  const { savings } = chat.life.core.library;
  const looked = await savings.look({ ...MEMBER, id: 'discord:1' }, 'character', UPLOADS.image, 'Rob');
  if (!looked.ok) throw new Error(looked.refusal.code);
  const sheets = { draw: async () => new Uint8Array(), of: chat.life.core.coach.sheetOf };
  const page = savingPage(words, { saving: looked.value, scopes: ['mine'] }, { ...FACTS, sheets });
  return { chat, page, message: chat.say(page) };
}

describe('a character of several people', () => {
  it('is described by its picture alone, as there is no clip', async () => {
    const { page } = await threePeople();
    expect(page.media).toMatchObject({ alt: 'The picture with its people numbered' });
  });

  it('is not kept by a yes below a picture that shows another choice: what would be kept is shown, and a yes to that keeps it', async () => {
    const { chat, page, message } = await threePeople();
    // A message that another press has been overtaken by, or that a chat has said twice.
    const older = chat.say(page);
    await chat.press(ADA, message, 'Only person 2');
    await chat.press(ADA, older, "It's me");
    expect(textOf(older)).toContain(t('library.other-part'));
    expect(labelsOf(older)).toEqual(labelsOf(message));
    expect(textOf(message)).not.toContain(t('library.other-part'));
    await chat.press(ADA, older, "It's me");
    expect(textOf(older)).toContain('Kept.');
  });
});
