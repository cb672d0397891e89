/** Sends frames through one of FFmpeg's filter chains. */
import { AVERROR_EAGAIN, AVERROR_EOF, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import {
  avChannelLayoutDescribe,
  FFmpegError,
  Filter,
  type FilterContext,
  FilterGraph,
  FilterInOut,
  Frame,
  type IRational,
  type Stream,
} from 'node-av/lib';

export type FrameFilter = Disposable & {
  /** The frames that come out, with their times in `timeBase`; null gives those that are left. Good until the next one. */
  push(frame: Frame | null): AsyncGenerator<Frame>;
  /** Known once a frame has come out. */
  readonly timeBase: IRational;
};

/** The frames are of a kind that can't be turned into what is wanted: the clip's fault. A retry does not help. */
export class UnfitFrames extends Error {
  override name = 'UnfitFrames';
}

/** What of a stream a filter wants to know. */
export type FilteredStream = { timeBase: IRational; codecpar: Pick<Stream['codecpar'], 'codecType'> };

/**
 * `chain` as in FFmpeg's `-vf` or `-af`; one with several inputs calls ours `[in]` and its end `[out]`.
 * Throws UnfitFrames.
 */
export function createFilter(chain: string, stream: FilteredStream): FrameFilter {
  const isPicture = stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO;
  const out = new Frame();
  out.alloc();
  let built: { graph: FilterGraph; source: FilterContext; sink: FilterContext; takes: string } | undefined;
  let timeBase: IRational = { num: 1, den: 1 };

  /** Frames may change their size or format within a clip; the chain is then built anew. */
  async function* rebuild(takes: string): AsyncGenerator<Frame> {
    yield* drain();
    const graph = new FilterGraph();
    graph.alloc();
    graph.nbThreads = 1;
    const source = make(graph, isPicture ? 'buffer' : 'abuffer', 'in', takes);
    const sink = make(graph, isPicture ? 'buffersink' : 'abuffersink', 'out');
    expect(graph.parsePtr(chain, end('out', sink), end('in', source)));
    expect(await graph.config());
    built = { graph, source, sink, takes };
  }

  async function* pull(sink: FilterContext): AsyncGenerator<Frame> {
    for (;;) {
      const code = await sink.buffersinkGetFrame(out);
      if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
      expect(code);
      timeBase = sink.buffersinkGetTimeBase();
      yield out;
      out.unref();
    }
  }

  async function* drain(): AsyncGenerator<Frame> {
    if (!built) return;
    await built.source.buffersrcAddFrame(null);
    yield* pull(built.sink);
    built.graph.free();
    built = undefined;
  }

  return {
    async *push(frame) {
      if (!frame) return yield* drain();
      const takes = isPicture ? pictureArguments(frame, stream) : soundArguments(frame, stream);
      if (takes !== built?.takes) yield* rebuild(takes);
      if (!built) return;
      const code = await built.source.buffersrcAddFrame(frame);
      // The chain has cut off what it was to cut off.
      if (code === AVERROR_EOF) return;
      expect(code);
      yield* pull(built.sink);
    },
    get timeBase() {
      return timeBase;
    },
    [Symbol.dispose]() {
      built?.graph.free();
      out.free();
    },
  };
}

function expect(code: number): void {
  if (code < 0) throw new UnfitFrames(FFmpegError.strerror(code));
}

function pictureArguments(frame: Frame, { timeBase }: FilteredStream): string {
  return [
    `video_size=${frame.width}x${frame.height}`,
    `pix_fmt=${frame.format}`,
    `time_base=${timeBase.num}/${timeBase.den}`,
    `colorspace=${frame.colorSpace}`,
    `range=${frame.colorRange}`,
  ].join(':');
}

function soundArguments(frame: Frame, { timeBase }: FilteredStream): string {
  return [
    `time_base=${timeBase.num}/${timeBase.den}`,
    `sample_rate=${frame.sampleRate}`,
    `sample_fmt=${frame.format}`,
    `channel_layout=${avChannelLayoutDescribe(frame.channelLayout)}`,
  ].join(':');
}

function make(graph: FilterGraph, filterName: string, name: string, takes?: string): FilterContext {
  const filter = Filter.getByName(filterName);
  const made = filter && graph.createFilter(filter, name, takes ?? null);
  if (!made) throw new UnfitFrames(`FFmpeg makes no ${filterName} of ${takes}`);
  return made;
}

function end(name: string, context: FilterContext): FilterInOut {
  const inOut = new FilterInOut();
  inOut.alloc();
  inOut.name = name;
  inOut.filterCtx = context;
  inOut.padIdx = 0;
  return inOut;
}
