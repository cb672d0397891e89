/** A connection for one call: opened at most once and handed over at most once, so that nothing can be sent twice. */
import { type buildConnector, Client } from 'undici';

type Socket = NonNullable<Parameters<buildConnector.Callback>[1]>;

/** Opens it, by the one call of `connect` that there is. When it throws, no connection is left. */
export async function openConnection(
  connect: buildConnector.connector,
  url: string,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const { protocol, host, hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  let isOver = false;
  const onAbort = () => {
    isOver = true;
    reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  connect({ protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port }, (...[error, socket]) => {
    signal.removeEventListener('abort', onAbort);
    // Between here and the client's taking it, it may end; the client notices.
    socket?.on('error', () => {});
    if (isOver) return void socket?.destroy();
    isOver = true;
    if (error) reject(error);
    else resolve(socket);
  });
  return promise;
}

/**
 * A client on that connection alone. undici connects again by itself, and sends again what it takes for unsent: here
 * it asks in vain, from the moment that it has asked once. Until then (`isTaken`), nothing can have been written.
 */
export function clientOn(socket: Socket, origin: string, options: Client.Options) {
  let isTaken = false;
  const client = new Client(origin, {
    ...options,
    connect(_options, callback) {
      if (isTaken) return callback(new Error('there is one connection for this call, and it was used'), null);
      isTaken = true;
      // undici doesn't go on with a connection that is there before it has finished asking.
      queueMicrotask(() => callback(null, socket));
    },
  });
  return {
    client,
    isTaken: () => isTaken,
    async destroy() {
      socket.destroy();
      await client.destroy();
    },
  };
}
