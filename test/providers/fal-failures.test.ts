import { describe, expect, it } from 'vitest';
import { modelError, requestError } from '../../simulators/fal-errors.ts';
import {
  accepted,
  answerTo,
  eachWithSim,
  fal,
  REQUEST,
  signal,
  sim,
  time,
  troubles,
  UPLOADED,
} from './fal-subject.ts';

eachWithSim();

describe("fal.ai's hidden failures", () => {
  const failures = [
    ['content_policy_violation', 'image_url', 'content-refused'],
    ['image_too_small', 'image_url', 'image-rejected'],
    ['image_too_large', 'image_url', 'image-rejected'],
    ['image_aspect_ratio_error', 'image_url', 'image-rejected'],
    ['image_load_error', 'image_url', 'image-rejected'],
    ['unsupported_image_format', 'image_url', 'image-rejected'],
    ['face_detection_error', 'image_url', 'no-person-in-image'],
    ['face_detection_error', 'video_url', 'no-person-in-clip'],
    ['file_download_error', 'video_url', 'provider-down'],
    ['file_too_large', 'video_url', 'clip-rejected'],
    ['file_too_large', 'image_url', 'image-rejected'],
    ['video_duration_too_long', 'video_url', 'clip-rejected'],
    ['video_duration_too_short', 'video_url', 'clip-rejected'],
    ['unsupported_video_format', 'video_url', 'clip-rejected'],
    ['value_error.missing', 'video_url', 'clip-rejected'],
    ['never_seen_before', 'seed', 'provider-down'],
  ] as const;

  it.each(failures)('%s at %s is told as %s', async (type, field, failure) => {
    sim.jobs.next({ failure: modelError(type, field) });
    const provider = fal();
    expect(await provider.status(await accepted(provider), signal)).toEqual({
      state: 'failed',
      failure,
      costMicros: 0,
      ...(type === 'file_download_error' ? { unfetched: 'free' } : {}),
    });
  });

  it.each([
    [
      'Image recognition failed. No complete upper body detected in the image.',
      'video_url',
      'no-person-in-image',
    ],
    ['No complete upper body detected in the video', 'image_url', 'no-person-in-clip'],
    ['No complete upper body detected', 'image_url', 'no-person-in-image'],
    ['No complete upper body detected', 'video_url', 'no-person-in-clip'],
    [
      'The input was rejected, The character in the reference image or the first frame of the motion video is invalid.',
      'prompt',
      'image-rejected',
    ],
  ])('Kling saying “%s” at %s is told as %s', async (msg, field, failure) => {
    sim.jobs.next({ failure: modelError('value_error', field, { msg }) });
    const provider = fal();
    expect(await provider.status(await accepted(provider), signal)).toMatchObject({
      state: 'failed',
      failure,
    });
  });

  it.each([
    ['request_timeout', 'timed-out'],
    ['startup_timeout', 'provider-busy'],
    ['runner_scheduling_failure', 'provider-busy'],
    ['runner_connection_timeout', 'provider-down'],
    ['runner_disconnected', 'provider-down'],
    ['runner_connection_refused', 'provider-down'],
    ['runner_connection_error', 'provider-down'],
    ['runner_incomplete_response', 'provider-down'],
    ['runner_server_error', 'provider-down'],
    ['internal_error', 'provider-down'],
    ['bad_request', 'provider-down'],
  ] as const)('the type %s in the status is told as %s', async (type, failure) => {
    sim.jobs.next({ failure: requestError(type) });
    const provider = fal();
    expect(await provider.status(await accepted(provider), signal)).toEqual({
      state: 'failed',
      failure,
      costMicros: 0,
    });
  });

  it('a failure told by the status only as text is looked up in the result', async () => {
    sim.jobs.next({
      failure: {
        on: 'status',
        error: 'Invalid status code: 422',
        result: modelErrorResult('content_policy_violation', 'image_url'),
      },
    });
    const provider = fal();
    expect(await provider.status(await accepted(provider), signal)).toMatchObject({
      failure: 'content-refused',
    });
  });

  it('units that were billed for a failure are its cost', async () => {
    const failure = modelError('content_policy_violation', 'image_url');
    if (failure.on !== 'result') throw new Error();
    sim.jobs.next({ failure: { ...failure, headers: { 'x-fal-billable-units': '2.5' } } });
    const provider = fal();
    expect(await provider.status(await accepted(provider), signal)).toMatchObject({
      state: 'failed',
      costMicros: 175_000,
    });
  });

  it('a result that the model answered with 5xx is believed when it keeps coming', async () => {
    sim.jobs.next({ failure: modelError('downstream_service_error', 'body') });
    const provider = fal();
    const operation = await accepted(provider);
    for (let look = 0; look < 4; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('completed');
    expect(await provider.status(operation, signal)).toEqual({
      state: 'failed',
      failure: 'provider-down',
      costMicros: 0,
    });
  });

  it('a result that answers 5xx without a word is asked for as long as it takes', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/response$/, { status: 502, text: '<html>nginx</html>' }, 50);
    for (let look = 0; look < 50; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('502');
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });

  it('a result asked for too early is asked for again', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/response$/, { status: 400, json: { detail: 'Request is still in progress' } }, 20);
    for (let look = 0; look < 20; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('400');
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });

  it('a result that is not there for a moment is asked for again', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/response$/, { status: 404, json: { detail: 'Not found', error_type: 'not_found' } });
    await expect(provider.status(operation, signal)).rejects.toThrow('404');
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });

  it('a finished request whose video does not come is given up, and counted as billed', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/response$/, { status: 200, json: { video: null } }, 9);
    for (let looks = 0; looks < 4; looks += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow();
    expect(await provider.status(operation, signal)).toEqual({
      state: 'failed',
      failure: 'result-lost',
      costMicros: 210_000,
    });
  });
});

describe('a request that fal.ai does not know', () => {
  it('may be too new to be known; later it is lost, after several looks, and counted as billed', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/status$/, { status: 404 }, 99);
    for (let look = 0; look < 9; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('404');
    await time.advance(61_000);
    for (let look = 0; look < 4; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('404');
    expect(await provider.status(operation, signal)).toEqual({
      state: 'failed',
      failure: 'result-lost',
      costMicros: 210_000,
    });
  });

  it('is never taken for one of ours when only a webhook named it', async () => {
    const provider = fal();
    await time.advance(3_600_000);
    for (let look = 0; look < 9; look += 1)
      await expect(provider.status({ requestId: 'stranger' }, signal)).rejects.toThrow('404');
  });
});

describe("what only fal.ai's account holder can put right", () => {
  it.each([
    [401, { detail: 'Invalid authentication credentials.' }, 'provider-down', 'bad-key'],
    [402, {}, 'provider-out-of-balance', 'out-of-balance'],
    [403, { detail: 'User is locked. Reason: TOP_UP.' }, 'provider-out-of-balance', 'out-of-balance'],
    [403, { detail: 'Missing scope' }, 'provider-down', 'bad-key'],
    [404, { detail: 'Application not found' }, 'provider-down', 'endpoint-gone'],
  ] as const)('status %i at the submit switches it off: %j', async (status, json, failure, kind) => {
    answerTo(/motion-control$/, { status, json });
    expect(await fal().submit('job-1', REQUEST, UPLOADED, signal)).toEqual({ kind: 'refused', failure });
    expect(troubles).toEqual([{ kind, message: expect.not.stringContaining('secret') }]);
  });

  it('is forgotten when a job is taken again', async () => {
    await accepted(fal());
    expect(troubles).toEqual([undefined]);
  });

  it('a locked account is told from a status call too, and the job goes on', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/status$/, { status: 403, json: { detail: 'User is locked. Reason: Exhausted balance.' } });
    await expect(provider.status(operation, signal)).rejects.toThrow('403');
    expect(troubles.at(-1)?.kind).toBe('out-of-balance');
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });

  it('an account that may not read its results for hours loses none', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/response$/, { status: 403, json: { detail: 'User is locked', error_type: 'forbidden' } }, 20);
    for (let look = 0; look < 20; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('403');
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });

  it('a busy fal.ai is no trouble of ours', async () => {
    answerTo(/motion-control$/, { status: 429 });
    expect(await fal().submit('job-1', REQUEST, UPLOADED, signal)).toEqual({
      kind: 'refused',
      failure: 'provider-busy',
    });
    expect(troubles).toEqual([]);
  });
});

function modelErrorResult(type: string, field: string) {
  const failure = modelError(type, field);
  if (failure.on !== 'result') throw new Error();
  return { status: failure.status, json: failure.json };
}
