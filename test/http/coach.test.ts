import { describe, expect, it } from 'vitest';
import type { PriceView } from '../../src/http/page/contract.ts';
import { withDoubts } from '../fakes/doubtful.ts';
import { createRemote } from '../fakes/remote.ts';
import { form, post, start } from './harness.ts';

const remote = () => createRemote('paid');

describe('a quote', () => {
  it('says what may go wrong, where, and which fields make it right at what price', async () => {
    const { url } = await start({}, withDoubts(remote()));
    const view = (await (await post(`${url}/api/quote`, form())).json()) as PriceView;
    expect(view.findings).toMatchObject([
      {
        code: 'clip-cuts',
        level: 'will-fail',
        about: 'clip',
        message: 'There is a cut at 0:05; the video may end there, and is paid in full.',
        measured: { cuts: 1, firstSeconds: 5 },
        spans: [{ from: 5, to: 5 }],
        mends: [
          {
            kind: 'trim',
            label: 'Use 0:00–0:05 · $0.35 instead of $0.63',
            fields: { trim_from: '0', trim_to: '5' },
            usd: 0.35,
            price: '$0.35',
          },
          { fields: { trim_from: '5', trim_to: '9' } },
        ],
      },
      {
        code: 'several-people-in-image',
        level: 'may-fail',
        mends: [{ person: 1 }, { person: 2 }, { person: 3 }],
      },
    ]);
    expect(view.look).toMatchObject({
      image: { people: [{ person: 1 }, { person: 2 }, { person: 3 }] },
      clip: { seconds: 9, cuts: [5], used: { from: 0, to: 9 } },
    });
  });

  it('costs what a mend said once its fields are sent, and finds nothing more of it', async () => {
    const { url } = await start({}, withDoubts(remote()));
    const first = (await (await post(`${url}/api/quote`, form())).json()) as PriceView;
    const fields = Object.assign({}, ...first.findings.map(({ mends }) => mends[0]?.fields));
    const view = (await (await post(`${url}/api/quote`, form(fields))).json()) as PriceView;
    expect(view).toMatchObject({
      quote: { usd: 0.35, seconds: 5 },
      findings: [],
      look: { clip: { used: { to: 5 } } },
    });
  });

  it.each([
    ['trim_from', 'soon'],
    ['trim_from', '-1'],
    ['trim_to', '0'],
    ['crop', '0,0,1'],
    ['crop', '0.5,0,0.9,1'],
    ['crop', '0,0,0,1'],
    ['crop', 'NaN,0,1,1'],
  ])('refuses %s=%s with what it takes', async (option, text) => {
    const { url } = await start({}, withDoubts(remote()));
    const answer = await post(`${url}/api/quote`, form({ [option]: text }));
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'bad-option', option }]);
  });
});
