import fs from 'node:fs';
import path from 'node:path';
import pWaitFor from 'p-wait-for';
import { packageFolder } from './communityPackage';
import type { N8nHandle } from './start';

/** With this n8n loads the nodes of a package anew when its files change. */
export const HOT_RELOAD = { N8N_DEV_RELOAD: 'true', N8N_LOG_LEVEL: 'info' };

/** What n8n writes into its log each time. */
const RELOADED = 'Hot reload triggered for n8n-nodes-alfacrm';

/**
 * Waits until n8n watches the files of this package. It serves requests seconds before, while it goes through the
 * thousands of files of its own nodes, and what changes in that time it never sees: so a file is touched until it does.
 * @param timeout milliseconds
 * @returns whether it does
 */
export async function isWatched(
	{ userFolder, log }: Pick<N8nHandle, 'userFolder' | 'log'>,
	timeout = 120_000,
): Promise<boolean> {
	const offset = fs.statSync(log).size;
	const touched = path.join(packageFolder(userFolder), 'dist', '.watched');
	const look = () => {
		if (fs.readFileSync(log).subarray(offset).includes(RELOADED)) return true;
		fs.writeFileSync(touched, '');
		return false;
	};
	return await pWaitFor(look, { interval: 1_000, timeout }).then(
		() => true,
		() => false,
	);
}
