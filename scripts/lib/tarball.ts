import fs from 'node:fs';
import path from 'node:path';
import execa from 'execa';
import { extract } from 'tar';

/** What is published stays below it, and is not minified: n8n's reviewers and users read it (docs/decisions/0012). */
export const MAX_KILOBYTES = 280;
/** What npm packs beside dist, of which the build refuses to make too much or too little. */
const BESIDE_DIST = ['LICENSE', 'README.md', 'index.js', 'package.json'];

/** What is in the tarball and should not be, and what is not and should be. */
export function findTarballFaults(files: string[]): string[] {
	const beside = files.filter((file) => !file.startsWith('dist/'));
	return [
		...beside.filter((file) => !BESIDE_DIST.includes(file)).map((file) => `${file} should not be there`),
		...BESIDE_DIST.filter((file) => !beside.includes(file)).map((file) => `${file} is missing`),
	];
}

/**
 * What n8n's scan of community packages would refuse, empty if nothing. There is no package to download before it is published, so what
 * the scan does with the two legs of one, its sources and its tarball, is done with folders here. In a process of its own, because
 * one of its plugins takes the files for those of its own tests where it finds jest's.
 */
export async function scanPackage(folder: string, leg: 'source' | 'package'): Promise<string> {
	const code = `
		const { analyzePackage, SOURCE_FILE_PATTERNS } = await import('@n8n/scan-community-package/scanner/scanner.mjs');
		const patterns = ${leg === 'source' ? 'SOURCE_FILE_PATTERNS' : "['**/*.js', 'package.json']"};
		const { passed, details, message } = await analyzePackage(${JSON.stringify(folder)}, patterns);
		console.log(passed ? '' : (details ?? message));`;
	const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', code], {
		cwd: __dirname,
		env: { NODE_ENV: undefined },
	});
	return stdout.trim();
}

/** Unpacks a tarball of npm into a new folder. */
export async function unpack(tarball: string): Promise<string> {
	const folder = fs.mkdtempSync(path.join(path.dirname(tarball), 'unpacked-'));
	await extract({ file: tarball, cwd: folder, strip: 1, strict: true });
	return folder;
}
