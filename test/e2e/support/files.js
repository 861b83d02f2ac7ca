const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/**
 * Everything that n8n wrote into its user folder: log, database with the executions, settings. Without installed code.
 * @param {string} folder
 * @returns {string}
 */
function contentOf(folder) {
	return readdirSync(folder, { withFileTypes: true })
		.filter(({ name }) => name !== 'node_modules')
		.map((entry) => {
			const path = join(folder, entry.name);
			if (entry.isDirectory()) return contentOf(path);
			return entry.isFile() ? readFileSync(path, 'latin1') : '';
		})
		.join('\n');
}

module.exports = { contentOf };
