import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asBot } from '../discord/log-in.ts';
import { type DiscordSim, startDiscord } from '../discord/start.ts';

const V2 = 1 << 15;
let discord: DiscordSim;
let channelId: string;

beforeAll(async () => {
  discord = await startDiscord({ settings: { channelLimit: 'none', globalLimit: 'none' } });
  channelId = discord.channel(discord.guild('Dancers'), 'general').id;
});
afterAll(() => discord[Symbol.asyncDispose]());

/** Every field that is complained about, as a path. */
function fields(tree: unknown, path = ''): string[] {
  if (tree === null || typeof tree !== 'object') return [];
  return Object.entries(tree).flatMap(([key, value]) =>
    key === '_errors' ? [path] : fields(value, path ? `${path}.${key}` : key),
  );
}

const text = (content: string) => ({ type: 10, content });
const button = (more: object) => ({ type: 2, style: 1, label: 'Go', custom_id: 'go', ...more });
const row = (...components: object[]) => ({ type: 1, components });
const v2 = (...components: object[]) => ({ flags: V2, components });
const gallery = (...urls: string[]) => ({ type: 12, items: urls.map((url) => ({ media: { url } })) });
const manyButtons = (count: number) =>
  Array.from({ length: count }, (_, index) => button({ custom_id: `b${index}` }));
const select = (more: object) => ({
  type: 3,
  custom_id: 's',
  options: [{ label: 'A', value: 'a' }],
  ...more,
});

const send = (body: object) => asBot(discord, 'POST', `/channels/${channelId}/messages`, body);

describe('a message that Discord would take', () => {
  it.each([
    ['plain text', { content: 'hi' }],
    ['an embed', { embeds: [{ title: 'hi' }] }],
    ['a row of buttons', { content: 'x', components: [row(...manyButtons(5))] }],
    ['a link', { content: 'x', components: [row({ type: 2, style: 5, label: 'Go', url: 'https://a.b/c' })] }],
    ['a menu', { content: 'x', components: [row(select({}))] }],
    ['a video by address', v2(gallery('https://example.org/a.mp4'))],
    [
      'a container with everything',
      v2({
        type: 17,
        accent_color: 0xff,
        components: [
          text('a'),
          { type: 14, divider: true, spacing: 2 },
          { type: 9, components: [text('b')], accessory: button({}) },
          {
            type: 9,
            components: [text('c')],
            accessory: { type: 11, media: { url: 'https://example.org/a.png' } },
          },
          row(button({ custom_id: 'other' })),
        ],
      }),
    ],
  ])('%s', async (_, body) => {
    expect((await send(body)).status).toBe(200);
  });
});

describe('a message that Discord would refuse', () => {
  it.each([
    ['content of 2001 characters', { content: 'x'.repeat(2001) }, 'content'],
    ['content beside Components V2', { ...v2(text('a')), content: 'x' }, 'content'],
    ['an embed beside Components V2', { ...v2(text('a')), embeds: [{ title: 'x' }] }, 'embeds'],
    ['a text display without the flag', { components: [text('a')] }, 'components.0.type'],
    ['six rows', { content: 'x', components: manyButtons(6).map((one) => row(one)) }, 'components'],
    [
      'six buttons in a row',
      { content: 'x', components: [row(...manyButtons(6))] },
      'components.0.components',
    ],
    ['an empty row', { content: 'x', components: [row()] }, 'components.0.components'],
    [
      'a menu beside a button',
      { content: 'x', components: [row(select({}), button({}))] },
      'components.0.components',
    ],
    [
      'a label of 81 characters',
      { content: 'x', components: [row(button({ label: 'x'.repeat(81) }))] },
      'components.0.components.0.label',
    ],
    [
      'a custom_id of 101 characters',
      { content: 'x', components: [row(button({ custom_id: 'x'.repeat(101) }))] },
      'components.0.components.0.custom_id',
    ],
    [
      'an empty custom_id',
      { content: 'x', components: [row(button({ custom_id: '' }))] },
      'components.0.components.0.custom_id',
    ],
    [
      'a button without custom_id',
      { content: 'x', components: [row({ type: 2, style: 1, label: 'Go' })] },
      'components.0.components.0.custom_id',
    ],
    [
      'a link with a custom_id',
      { content: 'x', components: [row(button({ style: 5, url: 'https://a.b' }))] },
      'components.0.components.0.custom_id',
    ],
    [
      'a button without a face',
      { content: 'x', components: [row({ type: 2, style: 1, custom_id: 'go' })] },
      'components.0.components.0',
    ],
    ['the same custom_id twice', v2(row(button({})), row(button({}))), 'components.1.components.0.custom_id'],
    ['41 components', v2(...Array.from({ length: 40 }, () => text('a')), text('b')), 'components'],
    [
      '41 components, some inside others',
      v2(
        { type: 17, components: Array.from({ length: 20 }, () => text('a')) },
        { type: 17, components: Array.from({ length: 19 }, () => text('a')) },
      ),
      'components',
    ],
    ['more than 4000 characters in all', v2(text('x'.repeat(3000)), text('x'.repeat(1001))), 'components'],
    ['an empty text', v2(text('')), 'components.0.content'],
    ['an empty gallery', v2(gallery()), 'components.0.items'],
    [
      'a gallery of eleven',
      v2(gallery(...Array.from({ length: 11 }, () => 'https://a.b/c.png'))),
      'components.0.items',
    ],
    [
      'an alt text of 1025 characters',
      v2({ type: 12, items: [{ media: { url: 'https://a.b/c' }, description: 'x'.repeat(1025) }] }),
      'components.0.items.0.description',
    ],
    ['a file that did not come', v2(gallery('attachment://none.mp4')), 'components.0.items.0.media.url'],
    [
      'a file component from elsewhere',
      v2({ type: 13, file: { url: 'https://a.b/c.zip' } }),
      'components.0.file.url',
    ],
    [
      'a section without anything beside it',
      v2({ type: 9, components: [text('a')] }),
      'components.0.accessory',
    ],
    [
      'a container in a container',
      v2({ type: 17, components: [{ type: 17, components: [text('a')] }] }),
      'components.0.components.0.type',
    ],
    ['a modal field', v2({ type: 18, label: 'x', component: select({}) }), 'components.0.type'],
    [
      'a menu with one value twice',
      {
        content: 'x',
        components: [
          row(
            select({
              options: [
                { label: 'A', value: 'a' },
                { label: 'B', value: 'a' },
              ],
            }),
          ),
        ],
      },
      'components.0.components.0.options',
    ],
    [
      'a menu that asks for more than it has',
      { content: 'x', components: [row(select({ max_values: 2 }))] },
      'components.0.components.0.max_values',
    ],
    ['a nonce of 26 characters', { content: 'x', nonce: 'x'.repeat(26) }, 'nonce'],
    [
      'mentions both parsed and listed',
      { content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } },
      'allowed_mentions.users',
    ],
    ['an attachment that did not come', { content: 'x', attachments: [{ id: '0' }] }, 'attachments.0.id'],
    ['a reply to nothing', { content: 'x', message_reference: { message_id: '1' } }, 'message_reference'],
  ])('%s', async (_, body, field) => {
    const { status, json } = await send(body);
    expect([status, json.code, fields(json.errors)]).toEqual([400, 50035, [field]]);
  });

  it('an empty one', async () => {
    const { status, json } = await send({});
    expect([status, json.code]).toEqual([400, 50006]);
  });

  it('a file that no component shows', async () => {
    const { json } = await asBot(discord, 'POST', `/channels/${channelId}/messages`, v2(text('a')), [
      { name: 'a.mp4', bytes: new Uint8Array(10) },
    ]);
    expect(fields(json.errors)).toEqual(['attachments.0']);
  });

  it('a body that is no JSON', async () => {
    const answer = await fetch(`${discord.apiUrl}/v10/channels/${channelId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
      body: '{',
    });
    expect([answer.status, ((await answer.json()) as { code: number }).code]).toEqual([400, 50109]);
  });

  it('a text that ends within an emoji', async () => {
    const { status, json } = await asBot(
      discord,
      'POST',
      `/channels/${channelId}/messages`,
      v2(text('🙂'.slice(0, 1))),
    );
    expect([status, json.code]).toEqual([400, 50109]);
  });

  it('a bot with another token, a route that is none, a method that does not fit', async () => {
    const wrong = await fetch(`${discord.apiUrl}/v10/users/@me`, { headers: { authorization: 'Bot other' } });
    expect(wrong.status).toBe(401);
    expect((await asBot(discord, 'GET', '/nowhere')).status).toBe(404);
    expect((await asBot(discord, 'PUT', '/users/@me', {})).status).toBe(405);
  });
});

describe('an edit', () => {
  const edit = (id: string, body: object) =>
    asBot(discord, 'PATCH', `/channels/${channelId}/messages/${id}`, body);

  it('turns a plain message into Components V2 only when its content goes', async () => {
    const { json } = await send({ content: 'plain' });
    const left = await edit(json.id, v2(text('a')));
    const gone = await edit(json.id, { ...v2(text('a')), content: null, embeds: [] });
    expect([fields(left.json.errors), gone.status]).toEqual([['content'], 200]);
  });

  it('never takes Components V2 away again', async () => {
    const { json } = await send(v2(text('a')));
    expect(fields((await edit(json.id, { flags: 0, content: 'x', components: [] })).json.errors)).toEqual([
      'flags',
    ]);
    expect((await edit(json.id, { components: [text('b')] })).json.components[0].content).toBe('b');
  });
});

describe('a form', () => {
  const label = (component: object, more: object = {}) => ({ type: 18, label: 'x', component, ...more });
  const input = (more: object = {}) => ({ type: 4, custom_id: 't', style: 1, ...more });
  const upload = (more: object = {}) => ({ type: 19, custom_id: 'f', ...more });
  const open = async (...components: object[]) => {
    await asBot(discord, 'PUT', `/applications/${discord.bot.id}/commands`, [
      { name: 'x', description: 'x' },
    ]);
    const [guild] = discord.world.guilds.values();
    const [channel] = guild?.channels ?? [];
    if (!guild || !channel) throw new Error('no channel');
    const { id, token } = await discord.slash(discord.member(guild, 'Ada'), channel, 'x');
    const data = { custom_id: 'm', title: 'x', components };
    return asBot(discord, 'POST', `/interactions/${id}/${token}/callback`, { type: 9, data });
  };

  it.each([
    ['nothing in it', [], 'data.components'],
    [
      'six fields',
      Array.from({ length: 6 }, (_, n) => label(input({ custom_id: `${n}` }))),
      'data.components',
    ],
    ['a button', [row(button({}))], 'data.components.0.components.0.type'],
    ['a label of 46 characters', [label(input(), { label: 'x'.repeat(46) })], 'data.components.0.label'],
    ['a field without a label', [input()], 'data.components.0.type'],
    ['one custom_id twice', [label(input()), label(input())], 'data.components.1.component.custom_id'],
    ['eleven files', [label(upload({ max_values: 11 }))], 'data.components.0.component.max_values'],
    [
      'a required file of which none is needed',
      [label(upload({ min_values: 0 }))],
      'data.components.0.component.required',
    ],
    [
      'file types that are none',
      [label(upload({ file_types: ['gif'] }))],
      'data.components.0.component.file_types.0',
    ],
  ])('with %s is refused', async (_, components, field) => {
    const { status, json } = await open(...components);
    expect([status, json.code, fields(json.errors)[0]]).toEqual([400, 50035, field]);
  });

  it('with every kind of field is taken', async () => {
    const options = [
      { label: 'A', value: 'a' },
      { label: 'B', value: 'b' },
    ];
    const { status } = await open(
      text('Some **words**'),
      label(upload({ file_types: ['image', '.mp4'] })),
      label(select({})),
      label({ type: 21, custom_id: 'r', options }),
      label({ type: 22, custom_id: 'c', options }, { description: 'more' }),
    );
    expect(status).toBe(204);
  });
});
