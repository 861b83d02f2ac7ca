import type { ServerOptions } from '../../scripts/lib/server';
import { startServer } from '../../scripts/lib/server';

/** A process of its own that starts a server and waits. */
void startServer(JSON.parse(process.argv[2]) as ServerOptions);
