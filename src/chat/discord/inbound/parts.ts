/** The dependencies of the inbound half. */
import type { Commands } from '../../../../commands/index.ts';
import type { Core } from '../../../core/command.ts';
import type { FileUse } from '../../../core/intake/file-use.ts';
import type { Clock, Files, Inbox, Log } from '../../../core/ports.ts';
import type { Requests } from '../../requests.ts';
import type { Channels } from '../admin/channels.ts';
import type { Notices } from '../admin/notices.ts';
import type { Outbound } from '../outbound/index.ts';
import type { Sender } from '../outbound/sender.ts';
import type { Servers } from '../servers.ts';
import type { Tokens } from '../tokens.ts';
import type { Acks } from './ack.ts';
import type { Downloads } from './downloads.ts';
import type { Keep } from './keep.ts';
import type { OpenForms } from './open-forms.ts';
import type { Origins } from './origins.ts';
import type { Replies } from './replies.ts';
import type { Unfurling } from './unfurling.ts';
import type { FormMemory } from './waiting.ts';

export type InboundParts = {
  core: Core;
  commands: Commands;
  outbound: Pick<Outbound, 'bind' | 'show' | 'statusOf'>;
  acks: Acks;
  replies: Replies;
  tokens: Tokens;
  servers: Servers;
  inbox: Inbox;
  keep: Keep;
  files: Pick<Files, 'hasRoom' | 'path' | 'temp'>;
  fileUse: FileUse;
  origins: Origins;
  downloads: Downloads;
  unfurling: Unfurling;
  waiting: FormMemory;
  forms: OpenForms;
  admin: {
    channels: Channels;
    notices: Notices;
    requests: Requests;
    /** For files of any size. */
    sender: Sender;
    temp: Files['temp'];
  };
  /** Something is on disk for whichever process has the chat. */
  onReceived: (() => void) | undefined;
  /** Whether the event came to an earlier life of this process. */
  resumed(eventId: string): boolean;
  clock: Clock;
  log: Log;
};
