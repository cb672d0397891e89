import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../simulators/provider-sim.ts';
import type { RenderRequest } from '../../src/core/job/job.ts';
import type { UploadedFiles } from '../../src/core/ports.ts';
import { answerTo, eachWithSim, fal, files, REQUEST, signal, sim, time } from './fal-subject.ts';

eachWithSim();

const WAN = { ...REQUEST, model: 'wan-animate', scene: 'clip' } satisfies RenderRequest;

/** A submit whose answer never comes: the job is there, and nobody here knows its id. */
async function lost(
  request = REQUEST,
  how: FaultKind = 'lose-answer',
): Promise<{ uploaded: UploadedFiles; id: string | undefined }> {
  const provider = fal();
  const uploaded = await provider.upload(files.inputs, signal);
  sim.fault({ method: 'POST', path: /motion-control$|animate\//, how });
  expect(await provider.submit('job-1', request, uploaded, signal)).toEqual({ kind: 'unknown' });
  return { uploaded, id: [...sim.jobs.all.keys()].at(-1) };
}
const find = (uploaded: UploadedFiles, request = REQUEST) => fal().find?.('job-1', request, uploaded);

describe('a job whose answer was lost', () => {
  it.each([
    ['Kling 2.6', REQUEST],
    ['Wan 2.2 Animate', WAN],
  ])('is found by the addresses of its files and ends with its video, with %s', async (_, request) => {
    await lost(request);
    const { uploaded, id } = await lost(request);
    await lost(request);
    const operation = await find(uploaded, request);
    expect(operation).toMatchObject({ requestId: id });
    if (typeof operation !== 'object') throw new Error('it was not found');
    expect(await fal().status(operation, signal)).toMatchObject({
      state: 'completed',
      costMicros: expect.any(Number),
    });
  });

  it('as a gateway answered 504 in its place is found all the same', async () => {
    const { uploaded, id } = await lost(REQUEST, { status: 504, text: 'Gateway time-out', done: true });
    expect(id).toBeDefined();
    expect(await find(uploaded)).toMatchObject({ requestId: id });
  });

  it('is not found before it is listed, which proves nothing', async () => {
    sim.lists.lagMs = 60_000;
    const { uploaded, id } = await lost();
    expect(await find(uploaded)).toBeUndefined();
    await time.advance(61_000);
    expect(await find(uploaded)).toMatchObject({ requestId: id });
  });

  it('is found at its end where only requests that have ended are listed', async () => {
    sim.lists.running = false;
    sim.jobs.next({ queueMs: 5_000, runMs: 20_000, seconds: 3 });
    const { uploaded, id } = await lost();
    expect(await find(uploaded)).toBeUndefined();
    await time.advance(26_000);
    expect(await find(uploaded)).toMatchObject({ requestId: id });
  });

  it('is found behind more requests than one answer holds', async () => {
    const { uploaded, id } = await lost();
    const endpoint = 'fal-ai/kling-video/v2.6/standard/motion-control';
    const other = { image_url: 'x', video_url: 'https://example.com/other.mp4', endpoint };
    for (let count = 0; count < 150; count += 1)
      sim.jobs.accept(other, { image: '', clip: '', orientation: 'video' });
    expect(await find(uploaded)).toMatchObject({ requestId: id });
    expect(sim.requestsTo('GET', /by-endpoint$/)).toHaveLength(2);
  });

  it('is never taken for one that was sent other files, or to another model', async () => {
    const { uploaded } = await lost();
    expect(await find({ ...uploaded, clip: 'https://example.com/other.mp4' })).toBeUndefined();
    expect(await find({ ...uploaded, image: 'https://example.com/other.png' })).toBeUndefined();
    expect(await find(uploaded, WAN)).toBeUndefined();
  });

  it.each([
    ['a failure', { status: 500 }],
    ['a shape that is not known', { status: 200, json: { rows: [] } }],
    ['a key that may not list', { status: 403, json: { error: { type: 'authorization_error' } } }],
  ])('is looked for again after %s, which says nothing about it', async (_, how) => {
    const { uploaded } = await lost();
    answerTo(/by-endpoint$/, how);
    await expect(find(uploaded)).rejects.toThrow();
    expect(await find(uploaded)).toBeDefined();
  });

  it('is read from a list that writes the inputs as text', async () => {
    const { uploaded } = await lost();
    const items = [
      { request_id: 'no-input' },
      {
        request_id: 'r-1',
        json_input: JSON.stringify({ image_url: uploaded.image, video_url: uploaded.clip }),
      },
    ];
    answerTo(/by-endpoint$/, { status: 200, json: { items } });
    expect(await find(uploaded)).toMatchObject({ requestId: 'r-1' });
  });
});
