import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Everything that n8n wrote into its user folder: log, database with the executions, settings. Without installed code. */
export function readAllFilesOf(folder: string): string {
	return readdirSync(folder, { withFileTypes: true })
		.filter(({ name }) => name !== 'node_modules')
		.map((entry) => {
			const path = join(folder, entry.name);
			if (entry.isDirectory()) return readAllFilesOf(path);
			return entry.isFile() ? readFileSync(path, 'latin1') : '';
		})
		.join('\n');
}
