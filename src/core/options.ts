/** What can be said after a command, as data that every front renders in its own way. */
export type OptionSpec = {
  name: string;
  required?: boolean;
  /** It is offered only where there is a choice: of several models, of scenes, or of speeds. */
  where?: 'models' | 'scenes' | 'speeds';
  /** A button does it where options are offered one by one. */
  byButton?: true;
} & (
  | { type: 'attachment'; accepts: 'image' | 'video' }
  /** `examples`: right ones, to learn it by. A list is written with blanks or commas between its words. */
  | {
      type: 'text';
      maxLength: number;
      suggests?: 'timezone' | 'model' | 'motion' | 'character';
      of?: 'number' | 'list';
      examples?: readonly string[];
    }
  /** Their ids come as the chat's adapter names them. */
  | { type: 'member' | 'role' }
  /** `toPostIn`: one where messages can be written. */
  | { type: 'channel'; toPostIn?: true }
  | { type: 'choice'; choices: readonly string[]; default?: string }
  /** Without a default, what it means depends on what else was given. */
  | { type: 'switch'; default?: boolean }
);

export type CommandData = {
  name: string;
  options: readonly OptionSpec[];
  /** For admins, but an operator may ask it in private too, about everything. */
  overAll?: true;
  /** Where the words of its parts are, if not under its own name: several commands may share them. */
  wordsOf?: string;
  /** A command of several parts: each is asked for by its name, and has options of its own. */
  parts?: Readonly<Record<string, { options: readonly OptionSpec[] }>>;
};
