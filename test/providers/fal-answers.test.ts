import { describe, expect, it } from 'vitest';
import { cancelled, type Fate, failed, fateOf, stands, unsettled } from './answers.ts';
import { accepted, answerTo, eachWithSim, fal, sim, time } from './fal-subject.ts';

eachWithSim();

type Answer = { status: number; json?: unknown; text?: string; headers?: Record<string, string> };

const COMPLETED: Answer = { status: 200, json: { status: 'COMPLETED', logs: null } };
const told = (fields: object): Answer => ({ status: 200, json: { status: 'COMPLETED', ...fields } });
const detail = (status: number, text: string): Answer => ({ status, json: { detail: text } });
const listed = (status: number, type: string, field: string, headers = {}): Answer => ({
  status,
  json: { detail: [{ loc: ['body', field], msg: 'no', type, input: 'https://x.example/y' }] },
  headers,
});
const MB = 'https://v3b.fal.media/files/b/1/output.mp4';
const LOST = 210_000;

/** The answers of the queue that its documents, its clients and the field know of, and some that nobody has met. */
const ANSWERS: [what: string, answers: { status?: Answer; result?: Answer }, fate: Fate][] = [
  [
    'a request in the queue has others before it',
    { status: { status: 202, json: { status: 'IN_QUEUE', queue_position: 2 } } },
    stands({ state: 'queued', position: 3 }),
  ],
  [
    'a request in the queue says no position',
    { status: { status: 202, json: { status: 'IN_QUEUE' } } },
    stands({ state: 'queued' }),
  ],
  [
    'a request in progress runs',
    { status: { status: 202, json: { status: 'IN_PROGRESS', logs: null } } },
    stands({ state: 'running' }),
  ],
  [
    'a video without a figure is completed',
    { status: COMPLETED, result: { status: 200, json: { video: { url: MB } } } },
    stands({ state: 'completed', result: { kind: 'url', url: MB } }),
  ],
  [
    'a video with units is completed at their price',
    {
      status: COMPLETED,
      result: { status: 200, json: { video: { url: MB } }, headers: { 'x-fal-billable-units': '4' } },
    },
    stands({ state: 'completed', result: { kind: 'url', url: MB }, costMicros: 280_000 }),
  ],
  [
    'a cancel that worked is told by the status',
    { status: told({ error: 'cancelled', error_type: 'client_cancelled' }), result: { status: 499 } },
    cancelled,
  ],
  [
    'a cancel that worked is told by the result',
    {
      status: COMPLETED,
      result: { status: 499, json: { detail: 'Client cancelled', error_type: 'client_cancelled' } },
    },
    cancelled,
  ],
  [
    'a client that went away counts as a cancel',
    {
      status: COMPLETED,
      result: { status: 499, json: { detail: 'gone', error_type: 'client_disconnected' } },
    },
    cancelled,
  ],
  [
    'a failure that the status tells is the end',
    { status: told({ error: 'boom', error_type: 'runner_disconnected' }), result: { status: 503 } },
    failed('provider-down'),
  ],
  [
    'a failure that the status tells by its words alone is understood',
    { status: told({ error: 'No complete upper body detected in the image' }), result: { status: 500 } },
    failed('no-person-in-image'),
  ],
  [
    'a list of errors is the end',
    { status: COMPLETED, result: listed(422, 'content_policy_violation', 'image_url') },
    failed('content-refused'),
  ],
  [
    'a list of errors in the older style is the end',
    { status: COMPLETED, result: listed(422, 'value_error.missing', 'video_url') },
    failed('clip-rejected'),
  ],
  [
    'a plain text is the end',
    { status: COMPLETED, result: detail(422, 'something about the request') },
    failed('provider-down'),
  ],
  [
    'a plain text of Kling is understood',
    { status: COMPLETED, result: detail(422, 'No complete upper body detected in the video') },
    failed('no-person-in-clip'),
  ],
  [
    'a plain text with a code of Kling in it is understood',
    { status: COMPLETED, result: detail(400, 'Error submitting task: 400, {"code":1301,"message":"no"}') },
    failed('content-refused'),
  ],
  [
    'a plain text of the content check is understood',
    {
      status: COMPLETED,
      result: detail(
        422,
        'The content could not be processed because it contained material flagged by a content checker.',
      ),
    },
    failed('content-refused'),
  ],
  [
    'a plain text about the picture is understood',
    {
      status: COMPLETED,
      result: detail(422, 'Image dimensions are too small. Minimum dimensions required: 300x300 pixels.'),
    },
    failed('image-rejected'),
  ],
  [
    'a request that is malformed is the end',
    { status: COMPLETED, result: { status: 400, json: { detail: 'no', error_type: 'bad_request' } } },
    failed('provider-down'),
  ],
  [
    'a result asked for too early is asked for again',
    { status: COMPLETED, result: detail(400, 'Request is still in progress') },
    'asked again',
  ],
  [
    'an error of the server that says it helps not to try again is the end',
    {
      status: COMPLETED,
      result: listed(504, 'generation_timeout', 'body', { 'x-fal-retryable': 'false' }),
    },
    failed('timed-out'),
  ],
  [
    'an error of the server that may be tried again is believed when it keeps coming',
    {
      status: COMPLETED,
      result: listed(500, 'internal_server_error', 'body', { 'x-fal-retryable': 'true' }),
    },
    failed('provider-down', 5),
  ],
  [
    'an error of the server that does not say so is believed when it keeps coming',
    { status: COMPLETED, result: listed(504, 'downstream_service_error', 'body') },
    failed('provider-down', 5),
  ],
  [
    'a time-out of a request is believed when it keeps coming',
    {
      status: COMPLETED,
      result: { status: 504, json: { detail: 'Request timed out', error_type: 'request_timeout' } },
    },
    failed('timed-out', 5),
  ],
  [
    'a proxy in trouble is asked again',
    { status: COMPLETED, result: { status: 502, text: '<html>nginx</html>' } },
    'asked again',
  ],
  [
    'a no of a shape that nobody has met is the end the second time',
    { status: COMPLETED, result: { status: 418, json: { oops: true } } },
    unsettled('provider-down', 2),
  ],
  [
    'a no of another platform’s shape is understood the second time',
    {
      status: COMPLETED,
      result: { status: 422, json: { error: { message: 'No complete upper body detected in the image' } } },
    },
    failed('no-person-in-image', 2),
  ],
  [
    'a no without a body is the end the second time',
    { status: COMPLETED, result: { status: 409 } },
    unsettled('provider-down', 2),
  ],
  [
    'a success without a video may be late; then it is lost, and counted as billed',
    { status: COMPLETED, result: { status: 200, json: { video: null } } },
    failed('result-lost', 5, LOST),
  ],
  [
    'a success that is no JSON may be late; then it is lost, and counted as billed',
    { status: COMPLETED, result: { status: 200, text: 'ok' } },
    failed('result-lost', 5, LOST),
  ],
  [
    'a result that is not there may be late; then it is lost, and counted as billed',
    { status: COMPLETED, result: detail(404, 'Not found') },
    failed('result-lost', 5, LOST),
  ],
  [
    'a result that is gone may be late; then it is lost, and counted as billed',
    { status: COMPLETED, result: { status: 410 } },
    failed('result-lost', 5, LOST),
  ],
  ...[401, 402, 403, 408, 429].map((status): [string, { status: Answer; result: Answer }, Fate] => [
    `status ${status} for the result is of our account or of the moment`,
    { status: COMPLETED, result: detail(status, 'User is locked. Reason: TOP_UP.') },
    'asked again',
  ]),
  [
    'an address that takes no such call says nothing of the job, as a path too many has it answer so',
    { status: COMPLETED, result: detail(405, 'Method Not Allowed') },
    'asked again',
  ],
  ...[401, 403, 405, 422, 429, 500, 503].map((status): [string, { status: Answer }, Fate] => [
    `status ${status} for the status says nothing of the job`,
    { status: detail(status, 'no') },
    'asked again',
  ]),
  [
    'a request that is unknown is lost in the end',
    { status: { status: 404 } },
    failed('result-lost', 5, LOST),
  ],
  [
    'a state that nobody has met is asked again',
    { status: { status: 200, json: { status: 'PAUSED' } }, result: detail(400, 'no') },
    'asked again',
  ],
  [
    'a state that nobody has met with an error beside it is over',
    { status: { status: 200, json: { status: 'EXPIRED', error_type: 'startup_timeout' } } },
    failed('provider-busy'),
  ],
  [
    'a state that nobody has met with a video behind it is over',
    {
      status: { status: 200, json: { status: 'ARCHIVED' } },
      result: { status: 200, json: { video: { url: MB } } },
    },
    stands({ state: 'completed', result: { kind: 'url', url: MB } }),
  ],
];

describe('what becomes of a job by what fal.ai answers', () => {
  it.each(ANSWERS)('%s', async (_, { status, result }, fate) => {
    const provider = fal();
    const operation = await accepted(provider);
    await provider.quote({ quality: 'standard', orientation: 'video', sound: true, clipSeconds: 3 });
    await time.advance(3_600_000);
    if (status) answerTo(/\/status$/, status, 99);
    answerTo(/\/response$/, result ?? { status: 503 }, 99);
    expect(await fateOf(provider, operation, time)).toEqual(fate);
    expect(sim.requestsTo('POST', /motion-control$/)).toHaveLength(1);
  });

  it('an answer that nobody has met does not count where a clear one came between', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    const signal = new AbortController().signal;
    for (let round = 0; round < 3; round += 1) {
      answerTo(/\/response$/, { status: 418 });
      await expect(provider.status(operation, signal)).rejects.toThrow('418');
      answerTo(/\/status$/, { status: 202, json: { status: 'IN_PROGRESS' } });
      expect(await provider.status(operation, signal)).toEqual({ state: 'running' });
    }
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });
});
