/**
 * Lints a folder as n8n's scan of community packages does, and prints what is wrong with it as JSON. A process of its own,
 * because the scan is an ES module: `node scanFolder.mjs <folder> source|package`.
 */
import tsParser from '@typescript-eslint/parser';
import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { ESLint } from 'eslint';
import { defineConfig } from 'eslint/config';

/** What the scan lints of the repository, and what it lints of the tarball. */
const PATTERNS = { source: SOURCE_FILE_PATTERNS, package: ['**/*.js', 'package.json'] };

const [folder, leg] = process.argv.slice(2);
const patterns = PATTERNS[leg];

/** By the rules that the scan comes with. */
async function scan() {
	const { passed, message, details } = await analyzePackage(folder, patterns);
	return passed ? [] : [details ?? message];
}

/** By the newest rules, which the scan will come with next. */
async function newest() {
	const eslint = new ESLint({
		cwd: folder,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: defineConfig(
			n8nCommunityNodesPlugin.configs.recommended,
			{ rules: { 'no-console': 'error' } },
			{ files: ['**/*.json', '**/*.ts'], languageOptions: { parser: tsParser } },
		),
	});
	const results = await eslint.lintFiles(patterns);
	return results.flatMap(({ filePath, messages }) =>
		messages
			.filter(({ severity }) => severity === 2)
			.map(({ line, ruleId, message }) => `${filePath}:${line} ${message} (${ruleId})`),
	);
}

// The scan itself prints to the standard output only what it could not do.
console.log(JSON.stringify([...(await scan()), ...(await newest())]));
