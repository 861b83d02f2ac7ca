import fs from 'node:fs';
import path from 'node:path';
import execa from 'execa';
import { extract } from 'tar';

/** The limit for the published package. It is not minified, since n8n's reviewers and users read it (docs/decisions/0012). */
export const MAX_KILOBYTES = 280;

/** The files that npm packs besides dist/. */
const FILES_BESIDES_DIST = ['LICENSE', 'README.md', 'index.js', 'package.json'];

/**
 * Finds files that the tarball should not have, and files that it lacks. The build itself checks what
 * is in dist/.
 */
export function findTarballFaults(files: string[]): string[] {
	const filesBesidesDist = files.filter((file) => !file.startsWith('dist/'));
	const surplusFiles = filesBesidesDist.filter((file) => !FILES_BESIDES_DIST.includes(file));
	const missingFiles = FILES_BESIDES_DIST.filter((file) => !filesBesidesDist.includes(file));
	return [
		...surplusFiles.map((file) => `${file} should not be there`),
		...missingFiles.map((file) => `${file} is missing`),
	];
}

/**
 * Runs n8n's scan of community packages on a folder, and returns what the scan refuses; an empty text
 * if nothing. The scan itself downloads a published package and checks its sources and its tarball,
 * so before the release its parts are called here, once for each.
 *
 * It runs in a process of its own, because one of its plugins behaves differently under Jest.
 */
export async function scanPackage(folder: string, part: 'source' | 'package'): Promise<string> {
	const patterns = part === 'source' ? 'SOURCE_FILE_PATTERNS' : "['**/*.js', 'package.json']";
	const code = `
		const { analyzePackage, SOURCE_FILE_PATTERNS } = await import('@n8n/scan-community-package/scanner/scanner.mjs');
		const { passed, details, message } = await analyzePackage(${JSON.stringify(folder)}, ${patterns});
		console.log(passed ? '' : (details ?? message));`;

	const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', code], {
		cwd: __dirname,
		env: { NODE_ENV: undefined },
	});
	return stdout.trim();
}

/** Unpacks a tarball of npm into a new folder beside it. */
export async function unpack(tarball: string): Promise<string> {
	const folder = fs.mkdtempSync(path.join(path.dirname(tarball), 'unpacked-'));
	await extract({ file: tarball, cwd: folder, strip: 1, strict: true });
	return folder;
}
