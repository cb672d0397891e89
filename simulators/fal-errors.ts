/** fal.ai's errors as they go over the wire (fal.ai/docs, errors, and field reports, 2026-11-21). */

import type { Fault } from './sim-jobs.ts';

/** `status`: told by the status itself. `result`: the status says COMPLETED, the result says what happened. */
export type FalFailure =
  | { on: 'status'; error: string; error_type?: string; result: { status: number; json: unknown } }
  | { on: 'result'; status: number; json: unknown; headers: Record<string, string> };

const MODEL: Record<string, [status: number, msg: string]> = {
  content_policy_violation: [
    422,
    'The content could not be processed because it contained material flagged by a content checker.',
  ],
  no_media_generated: [422, 'No media was generated.'],
  image_too_small: [422, 'Image dimensions are too small. Minimum dimensions required: 300x300 pixels.'],
  image_too_large: [422, 'Image too large'],
  image_aspect_ratio_error: [422, 'The aspect ratio of the image should be between 0.4 and 2.5.'],
  image_load_error: [
    422,
    'Failed to load the image. Please ensure the image file is not corrupted and is in a supported format.',
  ],
  unsupported_image_format: [422, 'Unsupported image format.'],
  face_detection_error: [422, 'No face was detected.'],
  file_download_error: [
    422,
    'Failed to download the file. Please check if the URL is accessible and try again.',
  ],
  file_too_large: [
    422,
    'File size exceeds the maximum allowed size of 104857600 bytes. Please upload a smaller file.',
  ],
  video_duration_too_long: [422, 'The video is too long.'],
  video_duration_too_short: [422, 'The video is too short.'],
  unsupported_video_format: [422, 'Unsupported video format.'],
  'value_error.missing': [422, 'field required'],
  'value_error.extra': [422, 'extra fields not permitted'],
  'type_error.enum': [422, "value is not a valid enumeration member; permitted: 'image', 'video'"],
  value_error: [422, 'No complete upper body detected'],
  internal_server_error: [500, 'Internal server error'],
  generation_timeout: [504, 'Generation timeout'],
  downstream_service_error: [504, 'Downstream service error'],
  downstream_service_unavailable: [503, 'Downstream service unavailable'],
};

/** An error of the model, in the pydantic list. `input` is echoed, as the real one does. */
export function modelError(
  type: string,
  field: string,
  more: { msg?: string; input?: unknown } = {},
): FalFailure {
  const [status, msg] = MODEL[type] ?? [422, type];
  const detail = [
    {
      loc: ['body', field],
      msg: more.msg ?? msg,
      type,
      url: `https://docs.fal.ai/errors/#${type}`,
      ctx: {},
      input: more.input ?? null,
    },
  ];
  const retryable = String(status >= 500);
  return {
    on: 'result',
    status,
    json: { detail },
    headers: { 'x-fal-retryable': retryable, 'x-fal-billable-units': '0' },
  };
}

const REQUEST: Record<string, [status: number, text: string]> = {
  request_timeout: [504, 'Request timed out'],
  startup_timeout: [504, 'Request startup timed out'],
  runner_scheduling_failure: [503, 'No runner available'],
  runner_connection_timeout: [503, 'Runner connection timed out'],
  runner_disconnected: [503, 'Runner disconnected'],
  runner_connection_refused: [503, 'Runner connection refused'],
  runner_connection_error: [503, 'Runner connection error'],
  runner_incomplete_response: [502, 'Runner incomplete response'],
  runner_server_error: [500, 'Runner server error'],
  internal_error: [500, 'Internal error'],
  client_disconnected: [499, 'Client disconnected'],
  client_cancelled: [499, 'Client cancelled'],
  bad_request: [400, 'Bad request'],
};

/** An error of the request on its way, told by the status too. */
export function requestError(type: string): Extract<FalFailure, { on: 'status' }> {
  const [status, text] = REQUEST[type] ?? [500, type];
  return {
    on: 'status',
    error: text,
    error_type: type,
    result: { status, json: { detail: text, error_type: type } },
  };
}

export function word(about: 'image' | 'clip', fault: Fault): FalFailure {
  const types = {
    'not-fetched': 'file_download_error',
    'not-read': about === 'image' ? 'image_load_error' : 'unsupported_video_format',
    'too-small': 'image_too_small',
    'too-large': 'image_too_large',
    'too-heavy': 'file_too_large',
    'too-long': 'video_duration_too_long',
    'too-short': 'video_duration_too_short',
  };
  return modelError(types[fault], about === 'image' ? 'image_url' : 'video_url');
}
