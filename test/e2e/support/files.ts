import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reads everything that n8n has written into its user folder, such as the log, the settings, and the database with the
 * executions. Installed packages are left out.
 */
export function readAllFilesOf(folder: string): string {
	const texts: string[] = [];
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.name === 'node_modules') continue;

		if (entry.isDirectory()) {
			texts.push(readAllFilesOf(path));
		} else if (entry.isFile()) {
			texts.push(readFileSync(path, 'latin1'));
		}
	}
	return texts.join('\n');
}
