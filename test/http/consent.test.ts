import { describe, expect, it } from 'vitest';
import type { JobView, PriceView } from '../../src/http/page/contract.ts';
import { audited } from '../contracts/audit.ts';
import { form, post, start } from './harness.ts';

const asking = () => start({}, { consents: 'asked' });

describe('whom the picture shows', () => {
  it('is asked with the price, with what an answer means and where the picture goes', async () => {
    const { url } = await asking();
    const asked = (await (await post(`${url}/api/quote`, form())).json()) as PriceView;
    expect(asked).toMatchObject({
      quote: { usd: 0.28 },
      consent: { why: 'not-lately', answers: ['self', 'permission', 'no-person'] },
    });
    expect(asked.consent?.lines).toEqual([
      expect.stringContaining('for 90 days'),
      expect.stringContaining('go to paid;'),
    ]);
  });

  it('must be said before the first job of a script, which is told how', async () => {
    const { url } = await asking();
    const refused = await post(`${url}/api/jobs`, form());
    expect(refused.status).toBe(428);
    expect(await refused.json()).toMatchObject({
      code: 'consent-needed',
      detail: expect.stringContaining('permission'),
      consent: { why: 'not-lately' },
    });
    expect(await (await fetch(`${url}/api/jobs`)).json()).toMatchObject({ jobs: [] });
  });

  it('is said with the request, and then no more', async () => {
    const { url, world } = await asking();
    const first = await post(`${url}/api/jobs`, form({ consent: 'no-person' }));
    expect(first.status).toBe(201);
    const { code, links } = (await first.json()) as JobView;
    expect(await audited(world.disk.audit)).toMatchObject([
      { kind: 'consent-given', answer: 'no-person', jobCode: code, by: 'web:operator' },
    ]);
    expect((await post(`${url}/api/jobs`, form())).status).toBe(201);
    expect((await post(`${url}${links.again}`)).status).toBe(201);
    expect(await (await post(`${url}/api/quote`, form())).json()).not.toHaveProperty('consent');
  });

  it('is asked again with Again after a while, and answered there', async () => {
    const { url, world } = await asking();
    const made = await post(`${url}/api/jobs`, form({ consent: 'self' }));
    const { links } = (await made.json()) as JobView;
    world.time.now += 91 * 24 * 3_600_000;
    expect((await post(`${url}${links.again}`)).status).toBe(428);
    expect((await post(`${url}${links.again}?consent=self`)).status).toBe(201);
  });

  it('is one of three answers, and any other starts nothing', async () => {
    const { url } = await asking();
    const refused = await post(`${url}/api/jobs`, form({ consent: 'yes' }));
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code: 'bad-option', option: 'consent' });
  });
});
