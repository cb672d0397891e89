/** The dependencies of the admin half beyond those of the inbound half. */
import type { Files } from '../../../core/ports.ts';
import type { Requests } from '../../requests.ts';
import type { Sender } from '../outbound/sender.ts';
import type { Channels } from './channels.ts';
import type { Notices } from './notices.ts';

export type AdminTools = {
  channels: Channels;
  notices: Notices;
  requests: Requests;
  /** For files of any size. */
  sender: Sender;
  temp: Files['temp'];
};
