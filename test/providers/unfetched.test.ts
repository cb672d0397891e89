import { describe, expect, it } from 'vitest';
import { saysUnfetched, unfetchedIn } from '../../src/providers/failures.ts';

describe('the words of a provider', () => {
  it.each([
    ['Failed to download the file. Please check if the URL is accessible and try again.'],
    [{ detail: [{ loc: ['body', 'video_url'], msg: '', type: 'file_download_error' }] }],
    ['unable to download video from url'],
    ["Couldn't fetch the reference video"],
    ['Image cannot be retrieved'],
  ])('%j say that a file could not be fetched', (said) => {
    expect(saysUnfetched(said)).toBe(true);
    expect(unfetchedIn(said, true)).toEqual({ unfetched: 'free' });
    expect(unfetchedIn(said, false)).toEqual({ unfetched: 'unsure' });
  });

  it.each([
    ['No complete upper body detected in the video'],
    ['Generation failed'],
    ['The task failed; download its result within an hour of the end of the task, please'],
    [{ code: 1201, message: 'the video is too long' }],
    [undefined],
    [''],
  ])('%j do not', (said) => {
    expect(saysUnfetched(said)).toBe(false);
    expect(unfetchedIn(said, true)).toEqual({});
  });
});
