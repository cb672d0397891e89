/**
 * What is seen in a picture and in a clip: measured, without any judgement of whether that is good for a model. Kept on
 * record by the files' hashes, so that whoever uses a file again does not wait for another look.
 */
import { z } from 'zod';

/** Counted up whenever looks tell something else of the same file: what was kept under another number is looked at again. */
export const LOOK_VERSION = 2;

/** More people than that are counted, not described. */
export const MAX_PEOPLE = 12;

/** A share of the picture's side as it is shown, 0 at the left and at the top. Three digits are a pixel of a thousand. */
const share = z.number().min(0).max(1);
const seconds = z.number().nonnegative();

/** An area within a picture or a frame, in shares of its sides. */
export const boxSchema = z.object({ left: share, top: share, width: share, height: share });
export type Box = z.infer<typeof boxSchema>;

export const spanSchema = z.object({ fromSeconds: seconds, toSeconds: seconds });
/** A part of a clip, in seconds from its first picture. */
export type Span = z.infer<typeof spanSchema>;

/** How much of a body is in the picture, from least to most. `hips`: it ends there; `upper`: above them. */
export const FRAMINGS = ['face', 'bust', 'upper', 'hips', 'knees', 'whole'] as const;
export type Framing = (typeof FRAMINGS)[number];
/** Whether one body shows at least as much as another. */
export const showsAsMuch = (one: Framing, other: Framing): boolean =>
  FRAMINGS.indexOf(one) >= FRAMINGS.indexOf(other);

export const FACINGS = ['front', 'side', 'back', 'unclear'] as const;
export type Facing = (typeof FACINGS)[number];

/** x, y (shares of the sides, also beyond them) and how sure that is (0 to 1). */
const pointSchema = z.tuple([z.number(), z.number(), z.number()]);

const personSchema = z.object({
  /** Around the whole body as far as it is in the picture, with hair, hands and feet. */
  box: boxSchema,
  head: boxSchema.optional(),
  framing: z.enum(FRAMINGS),
  /** The whole head is within the picture. */
  headInView: z.boolean(),
  /** No hand that can be told lies beyond the edge. */
  handsInView: z.boolean(),
  /** Neither lying nor on their head. */
  upright: z.boolean(),
  facing: z.enum(FACINGS),
  /** Of the picture's area that `box` takes. */
  share,
  /** How sure it is that this is a person. */
  score: share,
  /** How sure it is that there is a face; 0 for a back, a statue without one, and most animals. */
  face: share,
  /** The seventeen points of MoveNet, in its order: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles. */
  points: z.array(pointSchema).length(17),
});
export type Person = z.infer<typeof personSchema>;

/** By how many degrees, clockwise, it has to be turned for people to stand on their feet. */
const turnSchema = z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]);

const seenSchema = z.object({
  /** In pixels, as it is shown. */
  width: z.int().positive(),
  height: z.int().positive(),
  turned: turnSchema,
  /** Where the picture proper lies, when plain bars surround it. */
  inBars: boxSchema.optional(),
});

export const pictureLookSchema = seenSchema.extend({
  /** The largest first; no more than MAX_PEOPLE. */
  people: z.array(personSchema).max(MAX_PEOPLE),
  /** All of them. */
  count: z.int().nonnegative(),
  /** The surest face anywhere, 0 to 1: where it is under 0.4, what was taken for a person may be none. */
  face: share,
  /** Of the person, or of the whole where there is none: under `blurred` it lacks any fine line. */
  sharpness: z.number().nonnegative(),
  blurred: z.boolean(),
  /** Mean of the person's light, 0 to 1. */
  brightness: share,
  dark: z.boolean(),
});
export type PictureLook = z.infer<typeof pictureLookSchema>;

/** One look at a clip; there is one every 0.8 seconds, and of a long one fewer. */
const momentSchema = z.object({
  atSeconds: seconds,
  /** The one who is followed first, then the others by size. Empty where nobody is in view. */
  boxes: z.array(boxSchema).max(MAX_PEOPLE),
  /** How much the followed one moved since the look before, in trunks a second. */
  motion: z.number().nonnegative(),
});

/** From one cut to the next. */
const shotSchema = spanSchema.extend({
  /** How many people are in it for most of its time. */
  count: z.int().nonnegative(),
  /** In how many of its looks the followed person is in view. */
  seen: share,
  /** Of the followed person, as in most of its looks; missing where nobody is. */
  framing: z.enum(FRAMINGS).optional(),
  upright: z.boolean(),
  /** Of the picture's area, in the middle of all looks. */
  share,
  /** Mean of its moments. */
  motion: z.number().nonnegative(),
});
export type Shot = z.infer<typeof shotSchema>;

/** `silent`: it has a track, but nothing can be heard of it. */
const SOUNDS = ['none', 'silent', 'heard'] as const;

export const clipLookSchema = seenSchema.extend({
  seconds,
  /** As in the moment that shows the followed person best: they first, then the others by size. */
  people: z.array(personSchema).max(MAX_PEOPLE),
  /** How many people are in it for most of its time. */
  count: z.int().nonnegative(),
  /** How large the second person is, beside the followed one: under half, nobody takes one for the other. */
  second: share,
  face: share,
  moments: z.array(momentSchema),
  /** `beside`: the highest score of any other frame shortly before or after it, which is little where one shot ends. */
  cuts: z.array(z.object({ atSeconds: seconds, score: z.number(), beside: z.number() })),
  /** Up from black or white, down to it, or from one scene into the next. */
  fades: z.array(spanSchema),
  /** When the followed person can't be seen. */
  outOfView: z.array(spanSchema),
  shots: z.array(shotSchema),
  /** Parts of its shots that could be sent by themselves, the best first. */
  best: z.array(spanSchema),
  /** The followed person where they are first seen. */
  firstPose: personSchema.optional(),
  /** Of the limbs, in trunks a second: what 95 of 100 looks stay under. */
  speed: z.number().nonnegative(),
  cameraMoves: z.boolean(),
  /** It pans or shakes so much that little of one moment is left in the next. */
  cameraRaces: z.boolean(),
  /** Nothing moves between its cuts: a slide show, or a picture that was made a clip of. */
  still: z.boolean(),
  sound: z.enum(SOUNDS),
});
export type ClipLook = z.infer<typeof clipLookSchema>;
